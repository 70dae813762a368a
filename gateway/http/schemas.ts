/**
 * What requests may contain. A schema's `description` completes the sentence "<field> must be …": it is the text of a refusal
 * and stands in the documentation.
 */
const ID_TEXT = { type: 'string', pattern: '^[1-9][0-9]{0,15}$', description: 'a whole number above zero' };
const COUNT_TEXT = (range: string, pattern: string) => ({
  type: 'string',
  pattern,
  description: `a whole number${range}`,
});

export const ID = {
  type: 'integer',
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number above zero',
};
export const AMOUNT = { ...ID, description: 'a whole number of pence above zero' };
export const NOTE = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  description: 'a text of 1 to 200 characters',
};
const USERNAME = { type: 'string', minLength: 1, maxLength: 64, description: 'a text of 1 to 64 characters' };
const PASSWORD = {
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  description: 'a text of 1 to 1024 characters',
};
const TOKEN = { type: 'string', minLength: 1, maxLength: 4096, description: 'a token' };
/** Clients of the first generation send numbers of accounts also as text. */
const OLD_ID = { anyOf: [ID, ID_TEXT], description: 'a whole number above zero' };

/** Fields beyond those that are named are ignored. */
export function object(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): object {
  return { type: 'object', properties, required, description: 'a JSON object' };
}

export const ID_PARAMS = object({ id: ID_TEXT }, ['id']);
export const REQUEST_PARAMS = object({ request_id: { ...ID_TEXT, description: 'the number of a request' } }, [
  'request_id',
]);
export const STATEMENT_QUERY = object({
  after: COUNT_TEXT(' (negative: that many from the end)', '^-?[0-9]{1,15}$'),
  limit: COUNT_TEXT(' from 1 to 1000', '^([1-9][0-9]{0,2}|1000)$'),
  as_of: { type: 'string', maxLength: 64, description: 'a time (RFC 3339, or Unix seconds)' },
});
export const CASH_ORDER = object({ amount: AMOUNT }, ['amount']);
export const TRANSFER_ORDER = object({ from: ID, to: ID, amount: AMOUNT, note: NOTE }, [
  'from',
  'to',
  'amount',
]);
export const CREDENTIALS = object(
  {
    username: USERNAME,
    password: PASSWORD,
    session: { type: 'string', enum: ['cookie'], description: '"cookie"' },
  },
  ['username', 'password'],
);
/** Without a body the cookie is meant. */
export const REFRESH = {
  anyOf: [object({ refresh: TOKEN }), { type: 'null' }],
  description: 'a JSON object',
};
export const SKIP = object(
  {
    reason: { type: 'string', minLength: 1, maxLength: 1000, description: 'a text of 1 to 1000 characters' },
  },
  ['reason'],
);

export const INIT_QUERY = object({ user_name: USERNAME }, ['user_name']);
export const OLD_TRANSFER = object(
  { from_account_id: OLD_ID, to_account_id: OLD_ID, amount: AMOUNT, note: NOTE },
  ['from_account_id', 'to_account_id', 'amount'],
);
export const OLD_DEPOSIT = object({ toAccount: OLD_ID, amount: AMOUNT }, ['toAccount', 'amount']);
export const OLD_WITHDRAWAL = object({ fromAccount: OLD_ID, amount: AMOUNT }, ['fromAccount', 'amount']);
