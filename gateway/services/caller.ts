import { createHash } from 'node:crypto';

/** For whom the gateway asks a service. Services believe these headers: they are not reachable from outside. */
export interface OnBehalf {
  /** user name; undefined = nobody in particular */
  readonly caller?: string | undefined;
  /** UUID */
  readonly correlation?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The headers of a request to a service: made here from nothing, so that none from outside can be among them. */
export function headersOf({ caller, correlation, idempotencyKey }: OnBehalf): Record<string, string> {
  return {
    ...(caller !== undefined && { 'x-caller': caller }),
    ...(correlation !== undefined && { 'x-correlation-id': correlation }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
}

/** One command of one caller, however often it is sent. */
export interface CommandIdentity {
  readonly correlation: string;
  /** undefined if the caller gave none: such a command is never repeated */
  readonly idempotencyKey?: string;
}

/**
 * A caller's own Idempotency-Key becomes one that no other caller can have, and a correlation that is the same each time: a page
 * that asks again under its key is told the trace of the one command.
 */
export function commandIdentity(
  caller: string | undefined,
  key: string | undefined,
  newId: () => string,
): CommandIdentity {
  if (key === undefined) return { correlation: newId() };
  const digest = createHash('sha256')
    .update(JSON.stringify([caller ?? null, key]))
    .digest();
  return { idempotencyKey: digest.toString('base64url'), correlation: uuidOf(digest) };
}

/** The first 16 bytes as a UUID of version 8 (RFC 9562: made by a rule of one's own). */
function uuidOf(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
