/**
 * Who may register as which client type, and which event types a client type may send and receive. Rights come from a file that an
 * operator writes; without one the bus is open to everybody who reaches it. Nothing of this is part of the log: rights say who
 * may speak, never what has happened.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Ajv, type JSONSchemaType } from 'ajv';
import type { ErrorCode } from '../../common/errors.js';
import type { ClientRights, RightsFile } from '../../common/rights-file.js';

/** What one client may do after its registration. */
export interface Grant {
  maySend(eventType: string): boolean;
  /** receive, query and observe */
  mayReceive(eventType: string): boolean;
  /** what `["*"]` stands for; undefined: the client has to name what it wants */
  readonly everything: readonly string[] | undefined;
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

const all = () => true;
const none = () => false;
const EVERYTHING: Grant = { maySend: all, mayReceive: all, everything: ['*'] };
const NOTHING: Grant = { maySend: none, mayReceive: none, everything: undefined };

/** What is left of a grant for who only reads. */
export function readingOnly(grant: Grant): Grant {
  return { ...grant, maySend: none };
}

/** Everybody may do everything. */
export const OPEN_RIGHTS: Rights = {
  stranger: EVERYTHING,
  claim: () => EVERYTHING,
  isOperator: () => true,
  masked: new Set(),
};

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
    others: { type: 'boolean', nullable: true },
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

function rightsOf({
  client_types: types,
  others,
  operator_token: operator,
  masked = [],
}: RightsFile): Rights {
  const grants = new Map(Object.entries(types).map(([name, rights]) => [name, grantOf(rights)]));
  const byDefault = others === true ? grantOfOthers(types, masked) : undefined;
  return {
    stranger: NOTHING,
    masked: new Set(masked),
    claim(clientType, given) {
      const grant = grants.get(clientType) ?? byDefault;
      const expected = grants.has(clientType) ? types[clientType]?.token : undefined;
      // One answer for both: nobody learns from it which client types there are.
      if (grant === undefined || (expected !== undefined && !sameToken(expected, given)))
        return new RightsRefusal('unauthorized', `no client may register as ${clientType} with this token`);
      return grant;
    },
    isOperator: (given) => operator !== undefined && sameToken(operator, given),
  };
}

function grantOf({ send, receive }: ClientRights): Grant {
  return {
    maySend: isOneOf(send),
    mayReceive: isOneOf(receive),
    everything: receive.length > 0 ? receive : undefined,
  };
}

function grantOfOthers(types: Readonly<Record<string, ClientRights>>, masked: readonly string[]): Grant {
  const taken = isOneOf(Object.values(types).flatMap(({ send }) => send));
  const hidden = isOneOf(masked);
  return {
    maySend: (eventType) => !taken(eventType),
    mayReceive: (eventType) => !hidden(eventType),
    everything: masked.length > 0 ? undefined : ['*'],
  };
}

function isOneOf(eventTypes: readonly string[]): (eventType: string) => boolean {
  const known = new Set(eventTypes);
  return known.has('*') ? all : (eventType) => known.has(eventType);
}

/**
 * The event types of these that a grant covers: `["*"]` means all that may be received.
 * @returns a refusal naming the first type that is named and not covered
 */
export function receivable(grant: Grant, eventTypes: readonly string[]): readonly string[] | RightsRefusal {
  if (eventTypes.includes('*'))
    return (
      grant.everything ??
      new RightsRefusal('forbidden', 'this client may not receive everything: name event types')
    );
  const refused = eventTypes.find((eventType) => !grant.mayReceive(eventType));
  if (refused === undefined) return eventTypes;
  return new RightsRefusal('forbidden', `this client may not receive ${refused}`);
}

/** In constant time, whatever the lengths. */
function sameToken(expected: string, given: string | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(expected), digest(given));
}
