import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { createCounts } from './counts.js';

const HOUR_MS = 3_600_000;
const page = (counted: number, ...counts: [hour: number, type: string, sender: string, count: number][]) => ({
  counted: String(counted),
  hours: counts.map(([hour, event_type, sender, count]) => ({
    hour: `2026-11-21T${hour}:00:00Z`,
    counts: [{ event_type, sender, count }],
  })),
});

describe('the counts of the log', () => {
  it('are those of the bus, and what was pushed since, each event once', () => {
    const counts = createCounts();
    counts.addHours(page(5, [11, 'ConfirmedCredit', 'accounts', 3]));
    counts.addHours(page(7, [12, 'ConfirmedCredit', 'loyalty', 4]));
    counts.addEvents([event(6), event(7), event(8, { sender: 'users', at: HOUR_MS })]);
    counts.addEvents([event(8, { sender: 'users', at: HOUR_MS }), event(9)]);
    expect(counts.view()).toMatchObject({
      upTo: 9,
      types: [{ name: 'ConfirmedCredit', count: 9 }],
      services: [
        { name: 'accounts', count: 4 },
        { name: 'loyalty', count: 4 },
        { name: 'users', count: 1 },
      ],
      hours: [
        { name: '2026-11-21T11:00:00Z', count: 3 },
        { name: '2026-11-21T12:00:00Z', count: 5 },
        { name: '2026-11-21T13:00:00Z', count: 1 },
      ],
    });
  });

  it('tell transfers by their verdicts', () => {
    const counts = createCounts();
    counts.addHours(page(5, [12, 'PendingTransaction', 'transactions', 5]));
    counts.addEvents([
      event(6, { event_type: 'AcceptedTransaction' }),
      event(7, { event_type: 'AcceptedTransaction' }),
      event(8, { event_type: 'RejectedTransaction' }),
    ]);
    expect(counts.view().transfers).toEqual({ accepted: 2, refused: 1, pending: 2 });
  });

  it('of an empty log are none', () => {
    const counts = createCounts();
    counts.addHours(page(0));
    expect(counts.view()).toMatchObject({ upTo: 0, types: [], hours: [] });
  });
});
