import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventStreams } from './event-streams.js';

const EMPTY = {
  eventTypes: undefined,
  keys: undefined,
  after: 0,
  pageLimit: 10,
  pages: { page: async () => ({ events: [], next: 0, end: true }) },
  head: () => 0,
};

let server: Server;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  server = createServer().listen(0, '127.0.0.1');
});
afterEach(async () => {
  vi.useRealTimers();
  await new Promise((resolve) => server.close(resolve));
});

it('a reader that takes nothing is written nothing behind the end of its stream', async () => {
  await once(server, 'listening');
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
  reader.pause().write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  const streams = new EventStreams();
  streams.add(response, EMPTY as unknown as Parameters<EventStreams['add']>[1], () => '');
  response.write('x'.repeat(10_000_000));
  streams.close();
  expect(response.writableEnded).toBe(true);
  const write = vi.spyOn(response, 'write');
  vi.advanceTimersByTime(60_000);
  expect(write).not.toHaveBeenCalled();
  reader.destroy();
});
