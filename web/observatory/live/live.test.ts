import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { matcherOf } from './filter.js';
import { RATE_SECONDS, ratesOf } from './rates.js';
import { countAfter, EVENTS_MAX, firstOf, tailOf, withEarlier, withPushed } from './tail.js';
import { openViews } from './views.js';

const positions = (events: readonly { position: string }[]) => events.map(({ position }) => Number(position));
const run = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => event(first + index));

describe('the end of the log on a page', () => {
  it('takes what is pushed once, however often it comes, and counts it exactly', () => {
    const tail = [run(6, 8), run(7, 9), run(8, 9)].reduce(withPushed, tailOf(run(1, 5), 5));
    expect(positions(tail.events)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(tail).toMatchObject({ head: 9, received: 4 });
  });

  it('lets the oldest go when it is full, and still counts them', () => {
    const tail = withPushed(tailOf(run(1, 10), 10), run(11, EVENTS_MAX + 10));
    expect(tail.events).toHaveLength(EVENTS_MAX);
    expect(firstOf(tail)).toBe(11);
    expect(tail.received).toBe(EVENTS_MAX);
  });

  it('takes what was read of the time before as far as there is room, and nothing twice', () => {
    const tail = withEarlier(tailOf(run(5, 6), 6), run(3, 5));
    expect(positions(tail.events)).toEqual([3, 4, 5, 6]);
    const full = tailOf(run(11, EVENTS_MAX + 8), EVENTS_MAX + 8);
    expect(firstOf(withEarlier(full, run(1, 10)))).toBe(9);
    const over = tailOf(run(11, EVENTS_MAX + 10), EVENTS_MAX + 10);
    expect(withEarlier(over, run(1, 10)).events).toHaveLength(EVENTS_MAX);
  });

  it('knows how many that are wanted came after a position', () => {
    const tail = tailOf(run(1, 10), 10);
    expect(countAfter(tail, 7)).toBe(3);
    expect(countAfter(tail, 4, ({ position }) => Number(position) % 2 === 0)).toBe(3);
  });

  it('of an empty log begins before its first event', () => {
    expect(firstOf(tailOf([], 0))).toBe(1);
    expect(withPushed(tailOf([], 0), [event(1)])).toMatchObject({ head: 1, received: 1 });
  });
});

describe('a filter', () => {
  const events = [
    event(1, {
      event_type: 'PendingTransaction',
      key: 'trans-1',
      sender: 'transactions',
      data: { amount: 5 },
    }),
    event(2, { key: 'acc-1', data: { note: 'Birthday present' } }),
    event(3, {
      event_type: 'ConfirmedDebit',
      key: 'acc-12',
      correlation: '01a1fe50-0000-7000-8000-0000feed0001',
    }),
  ];
  const found = (filter: Parameters<typeof matcherOf>[0]) =>
    positions(events.filter(matcherOf(filter) ?? (() => true)));

  it.each([
    [{ types: 'ConfirmedDebit, PendingTransaction' }, [1, 3]],
    [{ sender: 'accounts' }, [2, 3]],
    [{ key: 'acc-1' }, [2]],
    [{ key: 'acc-*' }, [2, 3]],
    [{ correlation: '…feed0001' }, [3]],
    [{ correlation: '01A1FE50-0000-7000-8000-0000FEED0001' }, [3]],
    [{ q: 'birthday' }, [2]],
    [{ q: 'ACC-12' }, [3]],
    [{ key: 'acc-*', types: 'ConfirmedDebit' }, [3]],
    [{ types: ' , ' }, [1, 2, 3]],
  ])('%j finds %j', (filter, expected) => {
    expect(found(filter)).toEqual(expected);
  });

  it('that asks for nothing is none', () => {
    expect(matcherOf({ q: ' ', types: undefined })).toBeUndefined();
  });
});

describe('the rate of events', () => {
  const now = event(1, { at: 100_000 }).timestamp_raw * 1000;

  it('is counted per second over the last minute', () => {
    const events = [0, 60_000, 98_000, 98_500, 99_000].map((at, index) => event(index + 1, { at }));
    const rates = ratesOf(events, now);
    expect(rates).toHaveLength(RATE_SECONDS);
    expect(rates.slice(-2)).toEqual([2, 1]);
    expect(rates.reduce((sum, rate) => sum + rate)).toBe(4);
  });

  it('goes by the newest event where this clock is behind', () => {
    expect(ratesOf([event(1, { at: 103_000 })], now).at(-1)).toBe(1);
  });

  it('of nothing is nothing', () => {
    expect(Math.max(...ratesOf([], now))).toBe(0);
  });
});

describe('saved views', () => {
  const keepOf = (kept: unknown) => {
    const written: unknown[] = [];
    return {
      written,
      read: () => kept,
      write: (_: string, value: unknown) => void written.push(value),
      remove: () => undefined,
    };
  };

  it('are kept by name, the later in place of the earlier', () => {
    const keep = keepOf(undefined);
    const views = openViews(keep);
    views.save({ name: 'money', filter: { types: 'ConfirmedCredit' } });
    views.save({ name: 'ada', filter: { q: 'ada' } });
    views.save({ name: 'money', filter: { key: 'acc-*' } });
    expect(views.get()).toEqual([
      { name: 'ada', filter: { q: 'ada' } },
      { name: 'money', filter: { key: 'acc-*' } },
    ]);
    views.remove('ada');
    expect(keep.written.at(-1)).toEqual([{ name: 'money', filter: { key: 'acc-*' } }]);
  });

  it('that cannot be read are none', () => {
    for (const kept of [undefined, 7, { name: 'x' }, [null, 3, { name: 4, filter: {} }, { name: 'x' }]])
      expect(openViews(keepOf(kept)).get()).toEqual([]);
    expect(openViews(keepOf([{ name: 'x', filter: { q: 5, other: 1 } }])).get()).toEqual([
      { name: 'x', filter: { q: '5' } },
    ]);
  });
});
