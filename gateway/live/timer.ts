/** A timer that is set for longer fires at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;
