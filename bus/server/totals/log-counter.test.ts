import { afterEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../common/events.js';
import { silentLogger } from '../../../common/log.js';
import { type Random, seededRandom } from '../../../common/random.js';
import type { ReadFilter } from '../../store/event-store.js';
import { HourCounts } from './hour-counts.js';
import { LogCounter } from './log-counter.js';
import { SlowTraces } from './slow-traces.js';

const HOUR_MS = 3_600_000;
type Counted = Pick<StoredEvent, 'position' | 'type' | 'sender' | 'time' | 'correlation'>;

let counters: LogCounter[] = [];
afterEach(() => {
  for (const counter of counters) counter.stop();
  counters = [];
});

/** A log that grows, and notes what is read of it. */
class GrowingLog {
  readonly events: Counted[] = [];
  readonly reads: number[] = [];
  failing = false;
  readonly counter: LogCounter;

  constructor(private readonly random: Random) {
    const page = async ({ after = 0, upTo = 0, limit }: ReadFilter) => {
      if (this.failing) throw new Error('the store is away');
      const next = Math.min(after + limit, upTo);
      const events = this.events.slice(after, next);
      for (const { position } of events) this.reads.push(position);
      return { events: events as StoredEvent[], next, end: next === upTo };
    };
    this.counter = new LogCounter({ pages: { page }, head: () => this.events.length, log: silentLogger });
    counters.push(this.counter);
  }

  grow(count: number): void {
    let time = this.events.at(-1)?.time ?? 1_763_700_000_000;
    for (let n = 0; n < count; n += 1) {
      time += this.random.int(4) === 0 ? this.random.int(HOUR_MS) : this.random.int(50);
      this.events.push({
        position: this.events.length + 1,
        type: `T${this.random.int(4)}`,
        sender: `s${this.random.int(3)}`,
        correlation: `c${this.random.int(Math.ceil(this.events.length / 3) + 1)}`,
        time,
      });
    }
  }
}

/** What a scan of the whole log counts, said in the plainest way. */
function scanned(events: readonly Counted[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { time, type, sender } of events) {
    const name = [new Date(time).toISOString().slice(0, 13), type, sender].join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function counted({ hours }: LogCounter): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let after: number | undefined, more = true; more; ) {
    const page = hours.page(after, 3);
    for (const { hour, counts: kinds } of page.hours)
      for (const { type, sender, count } of kinds)
        counts[[new Date(hour).toISOString().slice(0, 13), type, sender].join(' ')] = count;
    after = page.hours.at(-1)?.hour;
    more = page.more;
  }
  return counts;
}

function slowest(events: readonly Counted[]): number[] {
  const spans = new Map<string, { first: number; last: number }>();
  for (const { correlation, time } of events) {
    const span = spans.get(correlation) ?? { first: time, last: time };
    spans.set(correlation, { ...span, last: time });
  }
  const lengths = [...spans.values()].map(({ first, last }) => last - first);
  return lengths
    .filter((ms) => ms > 0)
    .sort((a, b) => b - a)
    .slice(0, 10);
}

describe('the counting of the log', () => {
  it.each([1, 2, 3, 4, 5])(
    'gives what a scan of the whole log gives, however often it was asked for before (seed %i)',
    async (seed) => {
      const random = seededRandom(seed);
      const log = new GrowingLog(random);
      for (let round = 0; round < 12; round += 1) {
        log.grow(random.int(700));
        await log.counter.count(60_000);
        expect(log.counter.counted).toBe(log.events.length);
        expect(counted(log.counter)).toEqual(scanned(log.events));
        expect(log.counter.traces.slowest().map(({ first, last }) => last - first)).toEqual(
          slowest(log.events),
        );
      }
      expect(log.reads).toEqual(log.events.map(({ position }) => position));
    },
  );

  it('goes on behind an answer that has waited long enough, and another one does not begin again', async () => {
    const log = new GrowingLog(seededRandom(1));
    log.grow(5_000);
    await log.counter.count(0);
    expect(log.counter.counted).toBeLessThan(5_000);
    await Promise.all([log.counter.count(60_000), log.counter.count(60_000)]);
    expect(log.counter.counted).toBe(5_000);
    expect(log.reads).toHaveLength(5_000);
  });

  it('lets others run between its slices', async () => {
    const log = new GrowingLog(seededRandom(1));
    log.grow(5_000);
    const counting = log.counter.count(60_000);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 0);
    await counting;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  it('goes on where it stood when the store was away', async () => {
    const log = new GrowingLog(seededRandom(1));
    log.grow(600);
    log.failing = true;
    await log.counter.count(60_000);
    log.failing = false;
    await log.counter.count(60_000);
    expect(counted(log.counter)).toEqual(scanned(log.events));
  });
});

describe('the memory of the counting', () => {
  it('joins the oldest hours, and what is too various within one, and loses no event', () => {
    const hours = new HourCounts(3, 2);
    for (let hour = 0; hour < 6; hour += 1)
      for (const type of ['A', 'B', 'C', 'D']) hours.add({ time: hour * HOUR_MS, type, sender: 's' });
    const { hours: kept, more } = hours.page(undefined, 10);
    expect(more).toBe(false);
    expect(kept.map(({ hour }) => hour / HOUR_MS)).toEqual([3, 4, 5]);
    expect(kept[2]!.counts).toEqual([
      { type: 'A', sender: 's', count: 1 },
      { type: 'B', sender: 's', count: 1 },
      { type: '*', sender: '*', count: 2 },
    ]);
    expect(kept.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + count, 0)).toBe(24);
  });

  it('keeps the slowest traces though there are more than it can keep open', () => {
    const traces = new SlowTraces(5);
    for (const time of [0, 900]) traces.add({ correlation: 'slow', time });
    for (let n = 0; n < 100; n += 1) traces.add({ correlation: `c${n}`, time: 1_000 + n });
    for (const time of [2_000, 2_005]) traces.add({ correlation: 'short', time });
    expect(traces.slowest()).toEqual([
      { correlation: 'slow', first: 0, last: 900, events: 2 },
      { correlation: 'short', first: 2_000, last: 2_005, events: 2 },
    ]);
  });
});
