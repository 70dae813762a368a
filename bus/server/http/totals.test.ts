import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBus } from '../testing/test-bus.js';

describe('what the log comes to, over HTTP', () => {
  const CORRELATION = '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef';
  const START = Date.parse('2026-11-21T10:59:59.000Z');
  let bus: TestBus;
  let now = START;

  beforeAll(async () => {
    bus = await TestBus.start({ clock: { now: () => now } });
    const sender = await bus.connect();
    const send = async (type: string, at: number) => {
      now = START + at;
      sender.say({
        message_type: 'new',
        events: [
          {
            event_type: type,
            consistency: { key: 'k' },
            correlation: CORRELATION,
            correlation_id: 1,
            data: {},
          },
        ],
      });
      await sender.hear('receipt');
    };
    await send('A', 0);
    await send('B', 500);
    await send('A', 3_000);
  });
  afterAll(() => bus.stop());

  it('is counted by hour, type and sender, page by page', async () => {
    const first = {
      hour: '2026-11-21T10:00:00Z',
      counts: [
        { event_type: 'A', sender: '', count: 1 },
        { event_type: 'B', sender: '', count: 1 },
      ],
    };
    expect((await bus.get('/totals/hours?limit=1')).body).toEqual({
      counted: '3',
      head: '3',
      hours: [first],
      next: first.hour,
    });
    expect((await bus.get(`/totals/hours?after=${first.hour}`)).body).toEqual({
      counted: '3',
      head: '3',
      hours: [{ hour: '2026-11-21T11:00:00Z', counts: [{ event_type: 'A', sender: '', count: 1 }] }],
    });
  });

  it('names the slowest traces', async () => {
    expect((await bus.get('/totals/traces')).body).toEqual({
      counted: '3',
      head: '3',
      traces: [{ correlation: CORRELATION, ms: 3_000, events: 3 }],
    });
  });

  it('refuses what is no hour', async () => {
    expect(await bus.get('/totals/hours?after=noon')).toMatchObject({
      status: 400,
      body: { field: 'after' },
    });
    expect(await bus.get('/totals/traces?limit=1')).toMatchObject({ status: 400, body: { field: 'limit' } });
  });
});
