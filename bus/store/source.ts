import type { StoredEvent } from '../../common/events.js';
import type { KeyState, UnparkedRecord } from './event-store.js';

/** Something that an event is found by. */
export interface Term {
  readonly kind: 'key' | 'type' | 'correlation' | 'session';
  readonly text: string;
}

/** Where the events of a batch are: `first` … `first + count - 1`. */
export interface AcceptedBatch {
  readonly first: number;
  readonly count: number;
}

export const TERM_KINDS = ['key', 'type', 'correlation', 'session'] as const;

export function termText(kind: Term['kind'], event: StoredEvent): string {
  switch (kind) {
    case 'key':
      return event.key;
    case 'type':
      return event.type;
    case 'correlation':
      return event.correlation;
    case 'session':
      return String(event.sessionId);
  }
}

/**
 * The derived state of one stretch of the log, as it is read. A store answers its reads from a row of sources, oldest first
 * (`reads.ts`): the memory store has one, the embedded store has its indexes and, above them, what is not indexed yet.
 *
 * A later source may overlap an earlier one: whoever reads asks it only for positions above the earlier one's `last`. What it
 * says of keys, batches and ended debts may repeat what the earlier one says, and then says the same.
 *
 * Iterables must be used up within the turn in which they were asked for.
 */
export interface Source {
  /** position of its newest event; of the event before its first if it has none */
  readonly last: number;
  /** of this stretch: types that have no event here are absent */
  keyState(key: string): KeyState | undefined;
  acceptedBatch(sender: string, batchId: string): AcceptedBatch | undefined;
  /** Positions above `after` of the events with this term (absent: of all events), ascending. */
  matching(term: Term | undefined, after: number): Iterable<number>;
  /** A position with which the search for events of this time or later may begin: every event of this stretch up to it is older. */
  lastBefore(time: number): number;
  /** Positions above `after` of events of this stretch that are owed, as far as this stretch knows, ascending. */
  owed(clientType: string, after: number): Iterable<number>;
  owes(clientType: string, position: number): boolean;
  owedCount(clientType: string, after: number): number;
  /** Debts that were ended in this stretch, whether they arose here or before. */
  settled(clientType: string): ReadonlySet<number>;
  /** Events that were skipped in this stretch and have no effect in the state of the client type. */
  skipped(clientType: string): ReadonlySet<number>;
  /** In code-point order, above `after`, with the prefix. */
  keys(prefix: string, after: string | undefined): Iterable<string>;
  /** Number of events per type above the position. */
  totals(after: number): ReadonlyMap<string, number>;
  /** newest first */
  skips(): Iterable<UnparkedRecord>;
  /** The events at these positions of this stretch, in the order asked for. */
  load(positions: readonly number[]): Promise<readonly StoredEvent[]>;
  loadNow(positions: readonly number[]): readonly StoredEvent[];
}
