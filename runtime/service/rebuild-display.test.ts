import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../common/log.js';
import { showRebuilds } from './rebuild-display.js';
import type { EngineState } from './types.js';

let state: EngineState;
let lines: { msg: string; done?: number; total?: number }[];
const log = createLogger({
  name: 'test',
  level: 'info',
  pretty: false,
  destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  state = { kind: 'connecting' };
  lines = [];
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const rebuilding = (done: number): EngineState => ({ kind: 'rebuilding', done, total: 100, here: true });

test('without a terminal a rebuild is told in lines: at once, every five seconds, and at its end', async () => {
  const display = await showRebuilds(() => state, log, undefined);
  vi.advanceTimersByTime(1000);
  expect(lines).toEqual([]);

  state = rebuilding(10);
  vi.advanceTimersByTime(4000);
  state = rebuilding(60);
  vi.advanceTimersByTime(4000);
  state = { kind: 'live' };
  vi.advanceTimersByTime(1000);
  display.stop();
  expect(lines.map(({ msg, done }) => [msg, done])).toEqual([
    ['rebuilding the state from the events', 10],
    ['rebuilding the state from the events', 60],
    ['the state is rebuilt', undefined],
  ]);
});

test('a start that finds nothing to rebuild is not worth a line', async () => {
  const display = await showRebuilds(() => state, log, undefined);
  state = { kind: 'rebuilding', done: 0, total: undefined, here: false };
  vi.advanceTimersByTime(200);
  state = { kind: 'rebuilding', done: 100, total: 100, here: true };
  vi.advanceTimersByTime(200);
  state = { kind: 'live' };
  vi.advanceTimersByTime(200);
  display.stop();
  expect(lines).toEqual([]);
});

test('a rebuild that is broken off is not called complete', async () => {
  const display = await showRebuilds(() => state, log, undefined);
  state = rebuilding(10);
  vi.advanceTimersByTime(200);
  state = { kind: 'stopping' };
  display.stop();
  expect(lines.map(({ msg }) => msg)).toEqual(['rebuilding the state from the events']);
});

test('on a terminal a bar is drawn, and no lines', async () => {
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 120,
  }) as unknown as NodeJS.WriteStream;
  Object.assign(terminal, { cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  const display = await showRebuilds(() => state, log, terminal);
  state = rebuilding(25);
  vi.advanceTimersByTime(500);
  state = { kind: 'live' };
  vi.advanceTimersByTime(500);
  display.stop();
  const drawn = String((terminal as unknown as PassThrough).read());
  expect(drawn).toContain('25% | 25 of 100 events');
  expect(drawn).toContain('100% | 100 of 100 events');
  expect(lines).toEqual([]);
});
