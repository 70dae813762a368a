/**
 * Who may register as which client type, and which event types a client type may send and receive. Rights come from a file that an
 * operator writes; without one the bus is open to everybody who reaches it. Nothing of this is part of the log: rights say who
 * may speak, never what has happened.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Ajv, type JSONSchemaType } from 'ajv';
import type { ErrorCode } from '../../common/errors.js';

/** What one client may do after its registration. */
export interface Grant {
  maySend(eventType: string): boolean;
  /** event types that it may receive, query and observe; undefined = all */
  readonly receives: ReadonlySet<string> | undefined;
}

export interface Rights {
  /** what a client may do that has not registered */
  readonly stranger: Grant;
  /** What a client gets that registers so. Its event types are checked by `receivable`. */
  claim(clientType: string, token: string | undefined): Grant | RightsRefusal;
  /** True if the bearer of this token may read the HTTP side and take an operator's decisions. */
  isOperator(token: string | undefined): boolean;
  /** event types whose data no page shows */
  readonly masked: ReadonlySet<string>;
}

/** Why something was not allowed. */
export class RightsRefusal {
  constructor(
    readonly code: Extract<ErrorCode, 'unauthorized' | 'forbidden'>,
    readonly message: string,
  ) {}
}

const EVERYTHING: Grant = { maySend: () => true, receives: undefined };
const NOTHING: Grant = { maySend: () => false, receives: new Set() };

/** Everybody may do everything. */
export const OPEN_RIGHTS: Rights = {
  stranger: EVERYTHING,
  claim: () => EVERYTHING,
  isOperator: () => true,
  masked: new Set(),
};

/** The rights file, as JSON. */
export interface RightsFile {
  client_types: Record<string, ClientRights>;
  /** for the HTTP side; without it nobody may use more of that than `/health` and `/ready` */
  operator_token?: string;
  /** event types whose data the HTTP side leaves out */
  masked?: string[];
}

export interface ClientRights {
  /** without it, everybody may register as this client type: for clients that know no tokens */
  token?: string;
  /** event types, or `["*"]` */
  send: string[];
  receive: string[];
}

const TOKEN_LENGTH_MIN = 16;
const texts = { type: 'array', items: { type: 'string', minLength: 1 } } as const;
const token = { type: 'string', minLength: TOKEN_LENGTH_MIN, nullable: true } as const;

const SCHEMA: JSONSchemaType<RightsFile> = {
  type: 'object',
  required: ['client_types'],
  additionalProperties: false,
  properties: {
    client_types: {
      type: 'object',
      required: [],
      additionalProperties: {
        type: 'object',
        required: ['send', 'receive'],
        additionalProperties: false,
        properties: { token, send: texts, receive: texts },
      },
    },
    operator_token: token,
    masked: { ...texts, nullable: true },
  },
};

/** @throws Error that says which field of the text is wrong */
export function parseRights(text: string): Rights {
  const file: unknown = JSON.parse(text);
  const ajv = new Ajv();
  if (!ajv.validate(SCHEMA, file)) throw new Error(ajv.errorsText(ajv.errors, { dataVar: 'rights' }));
  return rightsOf(file);
}

function rightsOf({ client_types: types, operator_token: operator, masked = [] }: RightsFile): Rights {
  const grants = new Map(Object.entries(types).map(([name, rights]) => [name, grantOf(rights)]));
  return {
    stranger: NOTHING,
    masked: new Set(masked),
    claim(clientType, given) {
      const grant = grants.get(clientType);
      const expected = types[clientType]?.token;
      // One answer for both: a stranger does not learn which client types there are.
      if (grant === undefined || (expected !== undefined && !sameToken(expected, given)))
        return new RightsRefusal('unauthorized', `no client may register as ${clientType} with this token`);
      return grant;
    },
    isOperator: (given) => operator !== undefined && sameToken(operator, given),
  };
}

function grantOf({ send, receive }: ClientRights): Grant {
  const sends = new Set(send);
  return {
    maySend: sends.has('*') ? () => true : (eventType) => sends.has(eventType),
    receives: receive.includes('*') ? undefined : new Set(receive),
  };
}

/**
 * The event types of these that a grant covers: `["*"]` in a reading means all that may be received.
 * @returns a refusal naming the first type that is named and not covered
 */
export function receivable(grant: Grant, eventTypes: readonly string[]): readonly string[] | RightsRefusal {
  const { receives } = grant;
  if (receives === undefined) return eventTypes;
  if (eventTypes.includes('*'))
    return receives.size > 0
      ? [...receives]
      : new RightsRefusal('forbidden', 'this client may not receive anything');
  const refused = eventTypes.find((eventType) => !receives.has(eventType));
  if (refused === undefined) return eventTypes;
  return new RightsRefusal('forbidden', `this client may not receive ${refused}`);
}

/** In constant time, whatever the lengths. */
function sameToken(expected: string, given: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(expected), digest(given));
}
