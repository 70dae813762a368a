import type { StoredEvent } from '../../../common/events.js';

const HOUR_MS = 60 * 60 * 1000;

/** Hours that are told apart, more than a year of them; the oldest ones beyond are joined to the oldest that is kept. Each takes about 1 kB. */
const HOURS_MAX = 10_000;
/** Event types by senders that are told apart in one hour; others count as `*` by `*`. */
const KINDS_MAX = 1_000;
const OTHERS = { type: '*', sender: '*' } as const;

/** What happened in one hour. */
export interface HourCount {
  /** Unix ms of its beginning */
  readonly hour: number;
  readonly counts: readonly { readonly type: string; readonly sender: string; readonly count: number }[];
}

interface Kind {
  readonly type: string;
  readonly sender: string;
  count: number;
}

/**
 * How many events of which type, by whom, in which hour. Fed with the events of the log in their order; their time never decreases, so
 * that every hour but the newest is final.
 */
export class HourCounts {
  /** by the beginning of the hour, oldest first */
  readonly #hours = new Map<number, Map<string, Kind>>();

  constructor(
    private readonly hoursMax = HOURS_MAX,
    private readonly kindsMax = KINDS_MAX,
  ) {}

  add({ time, type, sender }: Pick<StoredEvent, 'time' | 'type' | 'sender'>): void {
    const hour = time - (time % HOUR_MS);
    let kinds = this.#hours.get(hour);
    if (kinds === undefined) {
      kinds = new Map();
      this.#hours.set(hour, kinds);
      if (this.#hours.size > this.hoursMax) this.#joinOldest();
    }
    this.#raise(kinds, { type, sender }, 1);
  }

  /** The hours after one, oldest first, at most `limit`; `more`: there are others behind them. */
  page(
    after: number | undefined,
    limit: number,
  ): { readonly hours: readonly HourCount[]; readonly more: boolean } {
    const all = [...this.#hours].filter(([hour]) => after === undefined || hour > after);
    const hours = all.slice(0, limit).map(([hour, kinds]) => ({ hour, counts: [...kinds.values()] }));
    return { hours, more: all.length > limit };
  }

  #joinOldest(): void {
    const [[oldest, joined], [, second]] = [...this.#hours].slice(0, 2) as [
      [number, Map<string, Kind>],
      [number, Map<string, Kind>],
    ];
    for (const kind of joined.values()) this.#raise(second, kind, kind.count);
    this.#hours.delete(oldest);
  }

  #raise(kinds: Map<string, Kind>, { type, sender }: Pick<Kind, 'type' | 'sender'>, by: number): void {
    const name = `${sender}\n${type}`;
    const known = kinds.get(name);
    if (known !== undefined) known.count += by;
    else if (kinds.size < this.kindsMax) kinds.set(name, { type, sender, count: by });
    else {
      const others = kinds.get('*');
      if (others === undefined) kinds.set('*', { ...OTHERS, count: by });
      else others.count += by;
    }
  }
}
