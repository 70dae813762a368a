import type { Json } from '../../../common/protocol/messages.js';
import type { Expectation, Write } from '../../state/state-store.js';
import type { OutgoingBatch, OutgoingEvent } from '../types.js';
import type { Send } from './context.js';

/**
 * An outbox entry: a batch that was committed together with the writes of its handler, and is not yet known to be accepted.
 * Kept as readable JSON in the space `outbox` under its *name*: the event id of the event it answers, or an id made for a
 * route call. Its batches are called `<name>.1`, `<name>.2`, …: a new number for every batch with other events, so that the
 * bus never meets one id with two contents, and `nameOfBatch` finds the entry of an event that comes back.
 */
export interface OutboxEntry {
  readonly batch: string;
  /** RFC 3339, when this batch was committed */
  readonly since: string;
  /** the event that was being handled; absent for a route */
  readonly event?: EntryEvent;
  /** in order; empty = the bus refused the former batch and the decision is to run again */
  readonly sends: readonly EntrySend[];
  /** how to take the handler's effect back if the bus refuses; absent = there is no way, or no need */
  readonly undo?: Undo;
  /** the Idempotency-Key whose answer was stored in the same commit */
  readonly answer?: string;
}

export interface EntryEvent {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly value: number;
}

export interface EntrySend {
  readonly type: string;
  readonly key: string;
  readonly expect: 'any' | 'exact' | 'seen';
  /** for `exact` and `seen` */
  readonly value?: number;
  readonly data: Json;
  readonly correlation: string;
  readonly causation?: string;
}

export interface Undo {
  /** script keys with the text before and after, null = none */
  readonly data: readonly (readonly [key: string, before: string | null, after: string | null])[];
  /** text of the applied mark of the event's key before it was raised, null = none */
  readonly mark?: string | null;
}

/** An entry as it stands in the store, for the expectation of the commit that replaces it. */
export interface OpenEntry {
  readonly name: string;
  readonly text: string;
  readonly entry: OutboxEntry;
}

export function openEntry(name: string, text: string): OpenEntry {
  return { name, text, entry: JSON.parse(text) as OutboxEntry };
}

export function entryWrite({ name, text }: OpenEntry): Write {
  return { op: 'set', space: 'outbox', key: name, text };
}

export function dropEntry({ name }: OpenEntry): Write {
  return { op: 'del', space: 'outbox', key: name };
}

/** The entry still stands as it was read: nobody else has finished it. */
export function expectEntry({ name, text }: OpenEntry): Expectation {
  return { space: 'outbox', key: name, text };
}

export function batchId(name: string, number: number): string {
  return `${name}.${number}`;
}

export function nameOfBatch(batch: string): string {
  return batch.slice(0, batch.lastIndexOf('.'));
}

export function numberOfBatch(batch: string): number {
  return Number(batch.slice(batch.lastIndexOf('.') + 1));
}

/** Keys that nobody else decides about until this entry is judged. */
export function claimedKeys(entry: OutboxEntry): string[] {
  return [...new Set(entry.sends.filter(({ expect }) => expect === 'seen').map(({ key }) => key))];
}

/** A buffered send with what this service knows of its key. @param seen -1 = no event of the key */
export function entrySend(send: Send, seen: (key: string) => number): EntrySend {
  const { type, key, data, correlation, causation, expect } = send;
  const common = { type, key, data, correlation, ...(causation !== undefined && { causation }) };
  switch (expect) {
    case 'any':
      return { ...common, expect: 'any' };
    case 'seen':
      return { ...common, expect: 'seen', value: seen(key) };
    case 'new':
      return { ...common, expect: 'exact', value: 0 };
    default:
      return { ...common, expect: 'exact', value: expect };
  }
}

export function outgoingBatch(
  batchId: string,
  sends: readonly EntrySend[],
  acknowledges: string | undefined,
): OutgoingBatch {
  return {
    batchId,
    events: sends.map(outgoingEvent),
    ...(acknowledges !== undefined && { acknowledges }),
  };
}

function outgoingEvent({ type, key, expect, value, data, correlation, causation }: EntrySend): OutgoingEvent {
  return {
    type,
    key,
    expect: expect === 'any' ? { kind: 'implicit' } : { kind: expect, value: value ?? -1 },
    data: JSON.stringify(data),
    correlation,
    ...(causation !== undefined && { causation }),
  };
}
