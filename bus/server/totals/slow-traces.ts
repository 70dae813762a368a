import type { StoredEvent } from '../../../common/events.js';

const SLOWEST = 10;
/** Traces that may still go on; the one that began first is taken for finished when there are more. */
const OPEN_MAX = 20_000;

/** A correlation, from its first event to its last. */
export interface Trace {
  readonly correlation: string;
  /** Unix ms */
  readonly first: number;
  last: number;
  events: number;
}

/**
 * The traces that took longest, without remembering every trace of a long log. Fed with the events of the log in their order. An event
 * of a trace that was taken for finished begins another one.
 */
export class SlowTraces {
  readonly #open = new Map<string, Trace>();
  #finished: readonly Trace[] = [];

  constructor(private readonly openMax = OPEN_MAX) {}

  add({ correlation, time }: Pick<StoredEvent, 'correlation' | 'time'>): void {
    const trace = this.#open.get(correlation);
    if (trace !== undefined) {
      trace.last = time;
      trace.events += 1;
      return;
    }
    this.#open.set(correlation, { correlation, first: time, last: time, events: 1 });
    if (this.#open.size <= this.openMax) return;
    const [oldest] = this.#open.values();
    this.#open.delete(oldest!.correlation);
    const shortest = this.#finished.at(-1);
    if (this.#finished.length < SLOWEST || lengthOf(oldest!) > lengthOf(shortest!))
      this.#finished = longest([...this.#finished, oldest!]);
  }

  /** The longest first; those of one instant are left out. */
  slowest(): readonly Trace[] {
    return longest([...this.#finished, ...this.#open.values()]).filter((trace) => lengthOf(trace) > 0);
  }
}

function longest(traces: Trace[]): Trace[] {
  return traces.sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, SLOWEST);
}

function lengthOf({ first, last }: Trace): number {
  return last - first;
}
