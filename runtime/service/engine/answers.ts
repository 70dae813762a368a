import { createHash } from 'node:crypto';
import type { Json } from '../../../common/protocol/messages.js';
import type { Expectation, Write } from '../../state/state-store.js';
import type { RouteAnswer, RouteRequest } from '../types.js';

/**
 * The stored answer of a route call with an Idempotency-Key, in the space `answer` under that key. It is written in the same
 * commit as everything else the call did, so there is an answer exactly if there is an effect.
 */
export interface StoredAnswer {
  /** of the request it answers */
  readonly fingerprint: string;
  readonly status: number;
  readonly body?: Json;
  /** name of the outbox entry of the same commit: while that stands, the answer is not final */
  readonly entry: string;
}

/** Names a request by everything that could change its answer. */
export function fingerprint({ method, url, caller, body }: RouteRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([method, url, caller ?? null, body ?? null]))
    .digest('hex');
}

/** The part of a commit that stores an answer under a key nobody has used. */
export function keepAnswer(key: string, answer: StoredAnswer, ttlMs: number) {
  const expect: Expectation[] = [{ space: 'answer', key, text: undefined }];
  const writes: Write[] = [{ op: 'set', space: 'answer', key, text: JSON.stringify(answer), ttlMs }];
  return { key, expect, writes };
}

export function parseAnswer(text: string): StoredAnswer {
  return JSON.parse(text) as StoredAnswer;
}

export function routeAnswer({ status, body }: StoredAnswer): RouteAnswer {
  return { status, body };
}
