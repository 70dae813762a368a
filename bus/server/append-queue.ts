import type { EventStore, LogRecord } from '../store/event-store.js';

/** How the store's answers come back. In the order of the appends, whatever order the store answers in. */
export interface AppendOutcomes {
  /** this append effect and every earlier one is durable */
  durable(append: number): void;
  /** nothing of this append effect and of any later one was kept */
  failed(append: number, error: unknown): void;
}

interface Group {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  outcome: 'pending' | 'durable' | { readonly error: unknown };
  /** an earlier group has failed: this one was reported with it */
  reported: boolean;
}

/**
 * Between the core's append effects and the store: gathers the effects of a turn into one `store.append`, and reports what
 * became of them.
 *
 * Invariants
 * - Outcomes are reported in append order, each effect once.
 * - After a failure nothing is given to the store until every append made before has been refused too, for the store begins
 *   anew only behind those.
 */
export class AppendQueue {
  readonly #store: EventStore;
  readonly #outcomes: AppendOutcomes;
  #gathered: { append: number; records: readonly LogRecord[]; bytes: number }[] = [];
  /** at the store, oldest first */
  readonly #groups: Group[] = [];
  #refusing = false;
  #bytes = 0;
  #unsettled: (() => void)[] = [];

  constructor(store: EventStore, outcomes: AppendOutcomes) {
    this.#store = store;
    this.#outcomes = outcomes;
  }

  /** Bytes of event data (and a little for each record) that are not durable yet. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  get idle(): boolean {
    return this.#groups.length === 0 && this.#gathered.length === 0;
  }

  /** Resolves when the fate of everything that was added so far is known. */
  async settled(): Promise<void> {
    if (this.idle) return;
    const last = this.#gathered.at(-1)?.append ?? this.#groups.at(-1)!.last;
    while (!this.idle && (this.#groups[0]?.first ?? this.#gathered[0]!.append) <= last)
      await new Promise<void>((resolve) => this.#unsettled.push(resolve));
  }

  add(append: number, records: readonly LogRecord[]): void {
    const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
    this.#bytes += bytes;
    this.#gathered.push({ append, records, bytes });
  }

  /** Gives what was gathered to the store, as one append. */
  flush(): void {
    const first = this.#gathered[0];
    const last = this.#gathered.at(-1);
    if (this.#refusing || first === undefined || last === undefined) return;
    const group: Group = {
      first: first.append,
      last: last.append,
      bytes: this.#gathered.reduce((sum, one) => sum + one.bytes, 0),
      outcome: 'pending',
      reported: false,
    };
    const records = this.#gathered.flatMap((one) => one.records);
    this.#gathered = [];
    this.#groups.push(group);
    this.#store.append(records).then(
      () => this.#settle(group, 'durable'),
      (error: unknown) => this.#settle(group, { error }),
    );
  }

  #settle(group: Group, outcome: 'durable' | { error: unknown }): void {
    group.outcome = outcome;
    for (
      let head = this.#groups[0];
      head !== undefined && head.outcome !== 'pending';
      head = this.#groups[0]
    ) {
      this.#groups.shift();
      this.#bytes -= head.bytes;
      if (head.reported) continue;
      if (head.outcome === 'durable') this.#outcomes.durable(head.last);
      else this.#fail(head, head.outcome.error);
    }
    for (const wake of this.#unsettled.splice(0)) wake();
    if (this.#refusing && this.#groups.length === 0) {
      this.#refusing = false;
      this.flush();
    }
  }

  /** The core takes back this append and all later ones it has issued: also those gathered and those still at the store. */
  #fail(group: Group, error: unknown): void {
    for (const later of this.#groups) later.reported = true;
    for (const { bytes } of this.#gathered) this.#bytes -= bytes;
    this.#gathered = [];
    this.#refusing = this.#groups.length > 0;
    this.#outcomes.failed(group.first, error);
  }
}

const RECORD_BYTES = 200;

function sizeOf(record: LogRecord): number {
  if (record.kind !== 'batch') return RECORD_BYTES;
  return record.events.reduce((sum, event) => sum + event.data.length + RECORD_BYTES, RECORD_BYTES);
}
