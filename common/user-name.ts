/** The name of a user, as the users service takes it: letters, digits, dot, dash and underscore. */
export const USER_NAME = /^[\w.-]{1,64}$/;
