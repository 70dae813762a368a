import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SETTINGS } from '../settings.js';
import { type Begun, PageConnection } from './page-connection.js';

const NOW = 1_700_000_000_000;

let said: { type: string; [name: string]: unknown }[];
/** Each time a topic is opened: after which cursor, and how it is told that it has begun. */
let opened: { after: number | undefined; begun: Begun }[];
let page: PageConnection;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  [said, opened] = [[], []];
  page = new PageConnection({
    access: {
      auth: true,
      caller: () => Promise.reject(new Error('pages say hello')),
      hello: async () => ({ username: 'olga', operator: true, expiresAt: Date.now() + 1_000 }),
    },
    open: async (_, after, __, ___, begun) => {
      opened.push({ after, begun });
      return () => undefined;
    },
    clock: { now: () => Date.now() },
    settings: SETTINGS,
    send: (text) => said.push(JSON.parse(text)),
    close: () => page.closed(),
    failed: (error) => {
      throw error;
    },
  });
});
afterEach(() => {
  page.closed();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const confirmed = () => said.filter(({ type }) => type === 'subscribed');

it('a topic that has not begun before the token ran out is confirmed when it begins under the new one', async () => {
  await page.frame({ type: 'hello', access: 'a' });
  await page.frame({ type: 'subscribe', topic: 'events' });
  vi.advanceTimersByTime(1_000);
  expect(said.map(({ type }) => type)).toEqual(['ready', 'expired']);
  await page.frame({ type: 'hello', access: 'b' });
  opened.at(-1)!.begun(7);
  expect(confirmed()).toEqual([{ type: 'subscribed', topic: 'events', head: 7 }]);
});

it('a topic is confirmed once, and goes on from where it began', async () => {
  await page.frame({ type: 'hello', access: 'a' });
  await page.frame({ type: 'subscribe', topic: 'events' });
  opened[0]!.begun(7);
  vi.advanceTimersByTime(1_000);
  await page.frame({ type: 'hello', access: 'b' });
  opened[1]!.begun(9);
  expect(opened.map(({ after }) => after)).toEqual([undefined, 7]);
  expect(confirmed()).toEqual([{ type: 'subscribed', topic: 'events', head: 7 }]);
});
