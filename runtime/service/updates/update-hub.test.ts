/** The hub behind a real HTTP server, with real WebSocket clients. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { silentLogger } from '../../../common/log.js';
import { until } from '../../../test/support/until.js';
import { parseTopicPattern } from '../../api/topic-pattern.js';
import type { RouteCall, RouteOutcome } from '../types.js';
import { ResumeReader } from './resume-reader.js';
import { UpdateHub } from './update-hub.js';
import { acceptWatchers } from './upgrades.js';
import type { WatcherLimits } from './watcher.js';

let server: Server;
let hub: UpdateHub;
let clients: WebSocket[];
/** what the state holds of each topic `account:{id}`: updates 1 to n */
let newest: Map<string, number>;
let failing: Extract<RouteOutcome, { kind: 'error' }> | undefined;
let reading: { now: number; most: number };

async function serve(limits: Partial<WatcherLimits> = {}): Promise<void> {
  const resumes = [
    {
      pattern: 'account:{id}',
      match: parseTopicPattern('test', 'account:{id}'),
      handler: async (_: unknown, { id = '' }: Readonly<Record<string, string>>, after: number) => {
        const first = Math.max(after, 0) + 1;
        const count = Math.max(0, Math.min(100, (newest.get(id) ?? 0) - first + 1));
        return Array.from({ length: count }, (_, n) => ({ cursor: first + n, data: 'from the state' }));
      },
    },
  ];
  const route = async (call: RouteCall): Promise<RouteOutcome> => {
    reading.most = Math.max(reading.most, ++reading.now);
    await new Promise(setImmediate);
    reading.now--;
    if (failing) return failing;
    return { kind: 'answer', answer: await call.handler({} as never, call.request), replayed: false };
  };
  hub = new UpdateHub({
    reader: new ResumeReader({ resumes }, route, () => 'id'),
    log: silentLogger,
    limits,
  });
  acceptWatchers(server, hub);
}

beforeEach(async () => {
  [clients, newest, failing, reading] = [[], new Map(), undefined, { now: 0, most: 0 }];
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const client of clients) client.terminate();
  await hub.close();
  await new Promise((resolve) => server.close(resolve));
});

interface Client {
  readonly socket: WebSocket;
  readonly heard: Record<string, unknown>[];
  say(message: unknown): void;
}

async function connect(path = '/updates'): Promise<Client> {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  clients.push(socket);
  const heard: Record<string, unknown>[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  const outcome = await Promise.race([
    once(socket, 'open').then(() => 'open'),
    once(socket, 'unexpected-response').then(([, response]) => response.statusCode),
  ]);
  if (outcome !== 'open') throw new Error(String(outcome));
  return {
    socket,
    heard,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  };
}

async function subscribed(topic: string, after?: number): Promise<Client> {
  const client = await connect();
  client.say({ message_type: 'subscribe', topic, after });
  await until(() => client.heard.length > 0);
  return client;
}

const publish = (topic: string, cursor: number, data: object = {}) =>
  hub.publish([{ topic, cursor, data: data as never }]);

describe('a watcher', () => {
  it('gets the updates of its topics, from its subscription to its end', async () => {
    await serve();
    const client = await subscribed('account:7');
    publish('account:7', 1, { amount: 5 });
    publish('account:8', 1);
    await until(() => client.heard.length === 2);
    client.say({ message_type: 'unsubscribe', topic: 'account:7' });
    client.say({ message_type: 'subscribe', topic: 'account:9' });
    await until(() => client.heard.length === 3);
    publish('account:7', 2);
    publish('account:9', 4);
    await until(() => client.heard.length === 4);
    expect(client.heard).toEqual([
      { message_type: 'subscribed', topic: 'account:7', resumed: false },
      { message_type: 'update', topic: 'account:7', cursor: 1, data: { amount: 5 } },
      { message_type: 'subscribed', topic: 'account:9', resumed: false },
      { message_type: 'update', topic: 'account:9', cursor: 4, data: {} },
    ]);
  });

  it('that names its last cursor gets what it has missed, then what is live', async () => {
    await serve();
    newest.set('7', 150);
    const client = await subscribed('account:7', 12);
    await until(() => client.heard.length === 139);
    publish('account:7', 151);
    await until(() => client.heard.length === 140);
    expect(client.heard[0]).toEqual({ message_type: 'subscribed', topic: 'account:7', resumed: true });
    expect(client.heard.slice(1).map(({ cursor }) => cursor)).toEqual(
      Array.from({ length: 139 }, (_, n) => 13 + n),
    );
  });

  it('is told when a topic cannot be resumed, and gets what is live', async () => {
    await serve();
    const client = await subscribed('weather', 5);
    publish('weather', 5);
    publish('weather', 6);
    await until(() => client.heard.length === 2);
    expect(client.heard).toEqual([
      { message_type: 'subscribed', topic: 'weather', resumed: false },
      { message_type: 'update', topic: 'weather', cursor: 6, data: {} },
    ]);
  });

  it('that subscribes again resumes from where it says', async () => {
    await serve();
    newest.set('7', 3);
    const client = await subscribed('account:7');
    client.say({ message_type: 'subscribe', topic: 'account:7', after: 1 });
    await until(() => client.heard.length === 4);
    publish('account:7', 4);
    await until(() => client.heard.length === 5);
    expect(client.heard.slice(1).map(({ cursor }) => cursor)).toEqual([undefined, 2, 3, 4]);
  });

  it.each([
    ['rebuilding', 'the state is being rebuilt', undefined, 'the state is being rebuilt'],
    ['handler_failed', 'lua text', 'e1', expect.stringMatching(/^The script failed.* Error id: e1\.$/)],
  ] as const)('is not subscribed when the state cannot be read: %s', async (code, message, errorId, text) => {
    await serve();
    failing = { kind: 'error', code, message, ...(errorId && { errorId }) };
    const client = await subscribed('account:7', 0);
    expect(client.heard).toEqual([{ message_type: 'error', code, message: text, topic: 'account:7' }]);
    publish('account:7', 1);
    failing = undefined;
    client.say({ message_type: 'subscribe', topic: 'account:7', after: 0 });
    await until(() => client.heard.length === 2);
    expect(client.heard[1]).toMatchObject({ message_type: 'subscribed', resumed: true });
  });

  it.each<[string, unknown, string, string | undefined]>([
    ['no JSON', '{', 'the frame is not a JSON object', undefined],
    ['no object', '7', 'the frame is not a JSON object', undefined],
    ['no topic', { message_type: 'subscribe' }, 'topic must be a text of 1 to 256 bytes', undefined],
    [
      'a long topic',
      { message_type: 'subscribe', topic: 'x'.repeat(257) },
      'topic must be a text of 1 to 256 bytes',
      undefined,
    ],
    [
      'another type',
      { message_type: 'publish', topic: 't' },
      'message_type must be "subscribe" or "unsubscribe"',
      't',
    ],
    [
      'a broken cursor',
      { message_type: 'subscribe', topic: 't', after: 1.5 },
      'after must be a whole number, -1 or more',
      't',
    ],
    [
      'a cursor below the start',
      { message_type: 'subscribe', topic: 't', after: -2 },
      'after must be a whole number, -1 or more',
      't',
    ],
  ])('that says something wrong is told what, and stays: %s', async (_, message, text, topic) => {
    await serve();
    const client = await connect();
    client.say(message);
    await until(() => client.heard.length === 1);
    expect(client.heard).toEqual([
      { message_type: 'error', code: 'bad_message', message: text, ...(topic && { topic }) },
    ]);
    client.say({ message_type: 'subscribe', topic: 'account:7' });
    await until(() => client.heard.length === 2);
  });

  it('may have a bounded number of subscriptions', async () => {
    await serve({ subscriptionsMax: 2 });
    const client = await connect();
    for (const topic of ['a', 'b', 'a', 'c']) client.say({ message_type: 'subscribe', topic });
    await until(() => client.heard.length === 4);
    expect(client.heard[3]).toMatchObject({ message_type: 'error', code: 'too_large', topic: 'c' });
    publish('b', 1);
    await until(() => client.heard.length === 5);
  });

  it('that asks for thousands of topics at once has them read a few at a time', async () => {
    await serve();
    for (let id = 0; id < 2000; id++) newest.set(String(id), 1);
    const client = await connect();
    for (let id = 0; id < 2000; id++)
      client.say({ message_type: 'subscribe', topic: `account:${id}`, after: 0 });
    await until(() => client.heard.length === 4000);
    expect(reading.most).toBeLessThanOrEqual(16);
  });

  it('that does not read is cut off with a code, while others go on', async () => {
    await serve({ bufferBytesMax: 64 * 1024 });
    const slow = await subscribed('account:7');
    const other = await subscribed('account:7');
    const closed = once(slow.socket, 'close');
    (slow.socket as unknown as { _socket: Socket })._socket.pause();
    const data = { text: 'x'.repeat(32 * 1024) };
    let cursor = 0;
    await until(() => {
      publish('account:7', ++cursor, data);
      return hub.counters().watchers_running === 1;
    });
    (slow.socket as unknown as { _socket: Socket })._socket.resume();
    expect(String((await closed)[1])).toBe('slow_reader');
    await until(() => other.heard.at(-1)?.cursor === cursor);
  });

  it('that answers no heartbeat is cut off; one that does stays', async () => {
    await serve({ heartbeatMs: 20 });
    const dead = await subscribed('account:7');
    const alive = await subscribed('account:7');
    let pings = 0;
    alive.socket.on('ping', () => pings++);
    (dead.socket as unknown as { _socket: Socket })._socket.pause();
    await until(() => hub.counters().watchers_running === 1);
    const before = pings;
    await until(() => pings > before + 3);
    publish('account:7', 1);
    await until(() => alive.heard.length === 2);
  });

  it('is told to come again when the state is prepared anew, and when the service stops', async () => {
    await serve();
    const first = await subscribed('account:7');
    const firstClosed = once(first.socket, 'close');
    hub.interrupted();
    const second = await subscribed('account:7');
    const secondClosed = once(second.socket, 'close');
    await hub.close();
    expect([await firstClosed, await secondClosed].map(([code, reason]) => [code, String(reason)])).toEqual([
      [1013, 'rebuilding'],
      [1001, 'shutting_down'],
    ]);
    await expect(connect()).rejects.toThrow('503');
  });

  it('that does not answer the closing does not hold up the stop', async () => {
    await serve();
    const client = await subscribed('account:7');
    (client.socket as unknown as { _socket: Socket })._socket.pause();
    await hub.close();
    expect(hub.counters()).toEqual({ watchers_running: 0 });
  });

  it('finds updates at their own address only', async () => {
    await serve();
    await expect(connect('/account/7')).rejects.toThrow('404');
  });
});
