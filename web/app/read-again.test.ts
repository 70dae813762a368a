import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import { Problem } from '../api/problem.js';
import type { LiveStatus } from '../live/status.js';
import { createStore } from '../platform/store.js';
import { readFailedAgain } from './read-again.js';

const AWAY = new Problem({ status: 503, code: 'service_unavailable', message: 'away' });
const REFUSED = new Problem({ status: 404, code: 'not_found', message: 'nothing' });

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Somebody looks at one reading, which fails as long as `problem` is set. */
async function setUp(problem: Problem) {
  const service = { problem: problem as Problem | undefined, asked: 0 };
  const timers = new Map<() => void, number>();
  const live = createStore<LiveStatus>({ state: 'live' });
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: 0 } } });
  readFailedAgain(queries, {
    live,
    random: seededRandom(7),
    timers: {
      after(ms, callback) {
        timers.set(callback, ms);
        return () => timers.delete(callback);
      },
    },
  });
  const observer = new QueryObserver(queries, {
    queryKey: ['thing'],
    queryFn: async () => {
      service.asked += 1;
      if (service.problem) throw service.problem;
      return 'there';
    },
  });
  const leave = observer.subscribe(() => undefined);
  stops.push(leave, () => queries.clear());
  const settled = () => expect.poll(() => observer.getCurrentResult().isFetching).toBe(false);
  await settled();
  return {
    service,
    live,
    leave,
    settled,
    data: () => observer.getCurrentResult().data,
    waits: () => [...timers.values()],
    /** the wait that was begun is over */
    async fire() {
      const [callback] = timers.keys();
      timers.delete(callback!);
      callback!();
      await settled();
    },
  };
}

describe('what could not be read', () => {
  it('is read again after a wait that grows, until it is there', async () => {
    const { service, waits, fire, data } = await setUp(AWAY);
    const [first] = waits();
    await fire();
    expect(waits()[0]).toBeGreaterThan(first!);
    service.problem = undefined;
    await fire();
    expect(data()).toBe('there');
    expect(waits()).toEqual([]);
    expect(service.asked).toBe(3);
  });

  it('is read again at once when the connection has come back, and then not by the timer too', async () => {
    const { service, live, waits, settled, data } = await setUp(AWAY);
    live.set({ state: 'reconnecting', at: 1, since: 0 });
    await settled();
    expect(service.asked).toBe(1);
    service.problem = undefined;
    live.set({ state: 'live' });
    await settled();
    expect(data()).toBe('there');
    expect(waits()).toEqual([]);
  });

  it('is left alone if it was refused, until the connection changes', async () => {
    const { service, live, waits, settled } = await setUp(REFUSED);
    expect(waits()).toEqual([]);
    live.set({ state: 'unavailable', since: 0 });
    await settled();
    expect(service.asked).toBe(2);
  });

  it('is forgotten when nobody looks at it any more', async () => {
    const { service, leave, waits } = await setUp(AWAY);
    leave();
    await expect.poll(waits).toEqual([]);
    expect(service.asked).toBe(1);
  });
});
