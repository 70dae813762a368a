import type { Json } from '../../../common/protocol/messages.js';
import type { Expectation, Write } from '../../state/state-store.js';
import type { OutgoingBatch, OutgoingEvent, Update } from '../types.js';
import type { Send } from './context.js';
import { lockWrite, unlockWrite } from './locks.js';
import { onceFor } from './once.js';
import type { DataUndo } from './transaction.js';

/**
 * An outbox entry: a batch that was committed together with the writes of its handler, and is not yet known to be accepted.
 * Kept as readable JSON in the space `outbox` under its *name*: the event id of the event it answers, or an id made for a
 * route call. Its batches are called `<name>.<id>`, with a new id for each: the bus remembers what it has refused, so one batch id
 * never stands for two contents. `nameOfBatch` finds the entry of an event that comes back.
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
  /** published by whoever ends the entry, when the bus has accepted the batch */
  readonly updates?: readonly Update[];
  /** the Idempotency-Key whose answer was stored in the same commit */
  readonly answer?: string;
}

export interface EntryEvent {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly value: number;
  /** cursor */
  readonly position: string;
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

export interface Undo extends DataUndo {
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

/** The entry still stands as it was read: nobody else has finished it. */
export function expectEntry({ name, text }: OpenEntry): Expectation {
  return { space: 'outbox', key: name, text };
}

export function batchId(name: string, unique: string): string {
  return `${name}.${unique}`;
}

export function nameOfBatch(batch: string): string {
  return batch.slice(0, batch.lastIndexOf('.'));
}

/** Script keys that nobody else may build on until this entry is judged; none if the bus has nothing to judge by. */
export function lockedKeys({ undo, sends }: OutboxEntry): string[] {
  return undo && sends.some(({ expect }) => expect !== 'any')
    ? [...undo.texts, ...undo.lists].map(([key]) => key)
    : [];
}

/** The commit that puts an entry there. */
export function entryWrites(open: OpenEntry): Write[] {
  const { name, text, entry } = open;
  return [
    { op: 'set', space: 'outbox', key: name, text },
    ...lockedKeys(entry).map((key) => lockWrite(key, name)),
  ];
}

/** The commit that ends an entry, or puts another in its place. */
export function entryEnd(open: OpenEntry, next?: OpenEntry): Write[] {
  const unlocked = lockedKeys(open.entry).map(unlockWrite);
  return next
    ? [...unlocked, ...entryWrites(next)]
    : [...unlocked, { op: 'del', space: 'outbox', key: open.name }];
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

/** The batch of an entry. What a caller has named by an Idempotency-Key is done once, also if the state has lost its answer. */
export function entryBatch(
  { batch, sends, answer }: OutboxEntry,
  delivery: string | undefined,
): OutgoingBatch {
  const outgoing = outgoingBatch(batch, sends, delivery);
  return answer === undefined ? outgoing : { ...outgoing, once: onceFor(answer) };
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
