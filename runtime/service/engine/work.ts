import type { Expectation, Write } from '../../state/state-store.js';
import type { BatchOutcome } from '../types.js';
import type { Send } from './context.js';
import type { MarkChanges } from './mark-changes.js';
import type { EntryEvent, EntrySend, OpenEntry } from './outbox-entry.js';
import type { Awaited } from './state-watch.js';
import type { Transaction } from './transaction.js';

/** One thing to be done in a handler transaction: an event to be handled, or a route call to be answered. */
export interface Work<T> {
  /** under which its outbox entry would stand */
  readonly name: string;
  /** the event being handled; absent for a route */
  readonly event?: EntryEvent;
  /** fencing token of the event's delivery */
  readonly delivery?: string;
  /**
   * Runs the handler once. Called again, with a new transaction, whenever what it knew has changed.
   * @returns undefined if there is nothing to do: its effect is here already
   */
  handle(transaction: Transaction): Promise<Handled<T> | undefined>;
  /** Nothing is written and nothing sent, and yet all that was read must have been so at one instant. Of an event that is a matter of course. */
  readonly atOneInstant?: boolean;
  /** The decision alone, of an event whose projection is committed already. */
  decide?(transaction: Transaction): Promise<Handled<T>>;
  /** Called before anything is committed that sends; throws if it cannot be sent now. */
  beforeSending?(): Promise<void>;
  /** What is committed together with the outcome, whatever that is: the stored answer of a route. */
  keep?(value: T): { readonly key: string; readonly expect: Expectation[]; readonly writes: Write[] };
}

/** What one run of a handler came to, before any of it has left the process. */
export interface Handled<T> {
  readonly value: T;
  readonly sends: readonly Send[];
  /** text of the applied mark of the event's key as it was read before the handler ran */
  readonly mark?: { readonly text: string | undefined };
  /** what the host itself went by, besides what the handler has read */
  readonly basis?: readonly Expectation[];
}

/** How the work ended. */
export type Result<T> =
  | {
      readonly kind: 'done';
      readonly value: T;
      /** the batch carried the acknowledgement of the delivery */
      readonly acknowledged: boolean;
      /** something was written, and the event's mark with it */
      readonly marked: boolean;
      readonly receipts: Receipts;
    }
  | { readonly kind: 'covered' }
  /** others kept changing what it depends on */
  | GivenUp
  | Extract<BatchOutcome, { kind: 'refused' }>
  /** somebody else has finished the outbox entry, or stored an answer under the same key, meanwhile: look again */
  | { readonly kind: 'raced' }
  /** the delivery is no longer this session's, or the bus's answer is unknown */
  | { readonly kind: 'left' };

export type Receipts = Extract<BatchOutcome, { kind: 'accepted' }>['receipts'];

export interface GivenUp {
  readonly kind: 'contended';
  readonly names: readonly string[];
  /** keys of which the bus knew more than this service, at last */
  readonly keys: readonly string[];
  /** nothing was missing here, and the bus refused all the same: waiting does not help */
  readonly stuck: boolean;
}

/** A run that has to be done again: after queueing for `names`, and after everything in `awaited` has happened. */
export interface Again {
  readonly kind: 'again';
  readonly names: readonly string[];
  /** keys its batch is judged by: everything of them that this service has sent must be known here first */
  readonly keys: readonly string[];
  readonly awaited: readonly Awaited[];
  /** what the bus could not accept; empty if it was not asked */
  readonly refused: readonly EntrySend[];
  /** from now on only the decision runs, and replaces this entry */
  readonly due?: OpenEntry;
}

/** One run of a handler on its way to its commit. */
export interface Run<T> {
  readonly work: Work<T>;
  readonly handled: Handled<T>;
  readonly transaction: Transaction;
  readonly sends: readonly EntrySend[];
  /** keys whose sends the bus will judge */
  readonly keys: readonly string[];
  readonly marks: MarkChanges;
  readonly open: OpenEntry | undefined;
}
