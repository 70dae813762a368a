import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatementUpdates, type StatementUpdatesParts } from './statement-updates.js';
import { accountTopic } from './topics.js';
import { Update } from './update.js';

const NOW = 1_700_000_000_000;

/** A connection over a hub that has an entry for everybody at once, with what was done to it. */
function connection({ expiresAt, unread = false }: { expiresAt?: Record<string, number>; unread?: boolean }) {
  const watching = new Set<number>();
  const closed: number[] = [];
  const sent: string[] = [];
  const parts: StatementUpdatesParts = {
    topicsMax: 10,
    clock: { now: () => Date.now() },
    accountOf: async (id, access) => ({
      topic: accountTopic(id),
      now: async () => 0,
      expiresAt: expiresAt?.[String(access)],
    }),
    hub: {
      watch(topic, _, deliver) {
        const id = Number(topic.name.split(':')[1]);
        watching.add(id);
        deliver(new Update(1, { seq: 1 }));
        return () => watching.delete(id);
      },
    },
    send(text) {
      if (unread) updates.closed();
      else sent.push(text);
    },
    close(code) {
      closed.push(code);
      updates.closed();
    },
  };
  const updates = new StatementUpdates(parts);
  return { updates, watching, closed, sent };
}

describe('who does not read', () => {
  it('and is closed by what is told at once, leaves nothing watched behind', async () => {
    const { updates, watching } = connection({ unread: true });
    await updates.frame({ account_ids: [1, 2] });
    expect([...watching]).toEqual([]);
  });
});

describe('a connection of somebody signed in', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('is closed when its token runs out', async () => {
    const { updates, watching, closed, sent } = connection({ expiresAt: { a: NOW + 1_000 } });
    await updates.frame({ account_ids: [1], access: 'a' });
    vi.advanceTimersByTime(999);
    expect([sent.length, closed, [...watching]]).toEqual([1, [], [1]]);
    vi.advanceTimersByTime(1);
    expect([closed, [...watching]]).toEqual([[4401], []]);
  });

  it('lives as long as the newest token it has shown, in whichever order it shows them', async () => {
    const { updates, closed } = connection({ expiresAt: { a: NOW + 1_000, b: NOW + 5_000 } });
    for (const access of ['a', 'b', 'a']) await updates.frame({ account_ids: [1], access });
    vi.advanceTimersByTime(4_999);
    expect(closed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(closed).toEqual([4401]);
  });

  it('that goes away leaves no timer behind', async () => {
    const { updates } = connection({ expiresAt: { a: NOW + 1_000 } });
    await updates.frame({ account_ids: [1], access: 'a' });
    updates.closed();
  });

  it('may have a token that is good for longer than a timer can be set', async () => {
    const { updates, closed } = connection({ expiresAt: { a: NOW + 2 ** 40 } });
    await updates.frame({ account_ids: [1], access: 'a' });
    vi.advanceTimersByTime(60_000);
    expect(closed).toEqual([]);
    updates.closed();
  });
});
