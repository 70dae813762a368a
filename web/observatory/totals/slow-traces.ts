/** The traces that took longest from their first event to their last, without remembering every trace of a long log. */
import type { BusEvent } from '../../../common/pages/operator.js';

const SLOWEST = 10;
/** Traces that may still go on; the one that began first is taken for finished when there are more. */
const OPEN_MAX = 20_000;

interface Open {
  readonly correlation: string;
  readonly first: number;
  last: number;
  events: number;
}

export function slowTraces() {
  const open = new Map<string, Open>();
  let finished: Open[] = [];

  const longest = (traces: Iterable<Open>) =>
    [...traces].sort((a, b) => b.last - b.first - (a.last - a.first)).slice(0, SLOWEST);

  return {
    add({ correlation, time }: BusEvent): void {
      const at = Date.parse(time);
      const trace = open.get(correlation);
      if (trace) {
        trace.last = Math.max(trace.last, at);
        trace.events += 1;
        return;
      }
      open.set(correlation, { correlation, first: at, last: at, events: 1 });
      if (open.size <= OPEN_MAX) return;
      const [oldest] = open.values();
      open.delete(oldest!.correlation);
      finished = longest([...finished, oldest!]);
    },
    slowest: () =>
      longest([...finished, ...open.values()])
        .filter(({ first, last }) => last > first)
        .map(({ correlation, first, last, events }) => ({ correlation, ms: last - first, events })),
  };
}
