import { createHash } from 'node:crypto';

/**
 * How a request with an Idempotency-Key is known to the bus, which keeps what the state can lose: its batch is accepted once per
 * key (`once`), and the name of its outbox entry, with which the id of its batch begins, tells which request that was.
 */

/** Of a fingerprint in hexadecimal digits; a batch id has room for no more than half of it, and 128 bits are enough. */
const MARK_LENGTH = 32;

export function onceFor(idempotencyKey: string): string {
  return `request ${createHash('sha256').update(idempotencyKey).digest('base64url')}`;
}

export function nameForRequest(id: string, fingerprint: string): string {
  return `${id}~${fingerprint.slice(0, MARK_LENGTH)}`;
}

/** Whether a batch was sent for another request than this one; false if its id does not tell. */
export function isForAnother(batchId: string, fingerprint: string): boolean {
  const mark = /~([0-9a-f]+)\.[^.]*$/.exec(batchId)?.[1];
  return mark !== undefined && mark !== fingerprint.slice(0, MARK_LENGTH);
}
