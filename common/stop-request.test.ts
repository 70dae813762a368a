import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenForStop, type StopRequest } from './stop-request.js';

let force: ReturnType<typeof vi.fn<() => void>>;
let stop: StopRequest;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  force = vi.fn<() => void>();
  stop = listenForStop(force);
  // It is the test runner's.
  process.channel?.ref();
});
afterEach(() => {
  stop.release();
  vi.useRealTimers();
});

const hear = (signal: NodeJS.Signals) => process.emit(signal, signal);

it('takes a signal that is repeated within half a second for the same request', async () => {
  hear('SIGINT');
  hear('SIGINT');
  vi.advanceTimersByTime(499);
  hear('SIGTERM');
  expect(force).not.toHaveBeenCalled();
  expect(await stop.asked).toBe('SIGINT');
});

it('is forced by a signal that comes later', async () => {
  hear('SIGINT');
  vi.advanceTimersByTime(500);
  hear('SIGINT');
  expect(force).toHaveBeenCalledOnce();
});

it('hears nothing after its release', () => {
  const before = process.listenerCount('SIGINT');
  stop.release();
  expect(process.listenerCount('SIGINT')).toBe(before - 1);
});
