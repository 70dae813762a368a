/**
 * Frames that are wrong: every field of every message a client may send, wrong in every way its schema can tell; too large; never
 * finished; never read. The answer names the field, nothing changes, and nobody else notices.
 */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, newEvent, type RawClient } from '../bus/server/testing/raw-client.js';
import { TestBus } from '../bus/server/testing/test-bus.js';
import { DEFAULT_LIMITS } from '../common/protocol/limits.js';
import type { JsonSchema } from '../common/protocol/schema-fields.js';
import { clientSchemas } from '../common/protocol/schemas.js';

type Message = Record<string, unknown>;

/** A right message of each type, with every field. */
const RIGHT: Record<string, Message> = {
  register: {
    message_type: 'register',
    client_type: 'accounts',
    event_types: ['T'],
    features: [...ALL_FEATURES],
    instance: {
      id: 'i',
      http_address: 'http://localhost:1',
      script: 'a.lua',
      version: '1',
      routes: [{ method: 'GET', pattern: '/' }],
    },
    max_in_flight: 1,
    token: 't',
  },
  new: {
    message_type: 'new',
    events: [
      {
        event_type: 'T',
        consistency: { key: 'k', value: 0, seen: -1 },
        correlation_id: 1,
        data: {},
        correlation: '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
        causation: 'log-1',
      },
    ],
    batch_id: 'b',
    atomic: true,
    acknowledges: '1.1',
  },
  ack: {
    message_type: 'ack',
    consistency: { key: 'k', value: 0 },
    delivery: '1.1',
    deliveries: ['1.1'],
  },
  nack: {
    message_type: 'nack',
    delivery: '1.1',
    error: { message: 'm', traceback: 't', script: 's', version: 'v' },
    retry: true,
    contended: ['k'],
  },
  query: {
    message_type: 'query',
    event_types: ['*'],
    since: '*',
    after: '0',
    until: '2026-01-31T12:00:00Z',
    key: 'k',
    correlation: '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
    session_id: 1,
    limit: 1,
    acknowledged_only: true,
    query_id: 'q',
  },
  observe: { message_type: 'observe', event_types: ['*'], keys: ['k'], after: '0' },
  drain: { message_type: 'drain' },
};

interface Wrong {
  /** as the answer has to name it */
  readonly field: string;
  readonly how: string;
  readonly message: Message;
}

/** Values that a schema does not allow. */
function wrongValues(schema: JsonSchema): unknown[] {
  const { type, anyOf, minimum, maximum, maxBytes, maxItems, format } = schema as JsonSchema & {
    type?: string;
    anyOf?: unknown;
    minimum?: number;
    maximum?: number;
    maxBytes?: number;
    maxItems?: number;
    format?: string;
  };
  if (anyOf !== undefined && type === undefined) return [true, {}, [], -1, 1.5, 'one', '-1', ''];
  switch (type) {
    case 'string':
      return [
        null,
        5,
        true,
        [],
        {},
        ...(format === undefined ? [] : ['', 'nonsense']),
        ...(maxBytes === undefined
          ? []
          : ['x'.repeat(maxBytes + 1), '€'.repeat(Math.ceil((maxBytes + 1) / 3))]),
        ...(schema.pattern === undefined ? [] : ['', 'a\u0000b']),
      ];
    case 'integer':
      return [null, '1', true, 1.5, [], {}, (minimum ?? 0) - 1, (maximum ?? 0) * 2];
    case 'boolean':
      return [null, 0, 'true', [], {}];
    case 'array':
      return [null, 5, 'T', {}, ...(maxItems === undefined ? [] : [Array(maxItems + 1).fill('x')])];
    case 'object':
      return [null, 5, 'x', true, []];
    default:
      return [];
  }
}

/** Every way in which this part of a right message can be wrong. `put` makes the whole message with another value here. */
function* wrongsOf(
  schema: JsonSchema,
  value: unknown,
  path: string,
  put: (value: unknown) => Message,
): Generator<Wrong> {
  for (const wrong of wrongValues(schema)) {
    const text = JSON.stringify(wrong);
    yield {
      field: path,
      how: `is ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`,
      message: put(wrong),
    };
  }
  if (schema.properties !== undefined) {
    const fields = value as Message;
    for (const required of schema.required as string[]) {
      const { [required]: _, ...others } = fields;
      yield { field: join(path, required), how: 'is missing', message: put(others) };
    }
    for (const [name, field] of Object.entries(schema.properties)) {
      yield* wrongsOf(field, fields[name], join(path, name), (inner) => put({ ...fields, [name]: inner }));
    }
  }
  const items = schema.items as JsonSchema | undefined;
  if (items !== undefined) {
    yield* wrongsOf(items, (value as unknown[])[0], `${path}[0]`, (inner) => put([inner] as never));
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function wrongMessages(type: string): Wrong[] {
  const schema = clientSchemas(DEFAULT_LIMITS)[type as 'new'];
  return [...wrongsOf(schema, RIGHT[type], '', (message) => message as Message)].filter(
    ({ field }) => field !== '' && !field.startsWith('message_type'),
  );
}

describe('a message with a wrong field', () => {
  let bus: TestBus;
  let client: RawClient;
  let witness: RawClient;

  beforeAll(async () => {
    bus = await TestBus.start();
    client = await bus.connect();
    witness = await bus.connect();
    await client.register('accounts', ['T'], { features: ALL_FEATURES });
    await witness.register('witness', ['*'], { features: ALL_FEATURES });
  });
  afterAll(() => bus.stop());

  it('is tried in all its ways', () => {
    const counts = Object.keys(RIGHT).map((type) => [type, wrongMessages(type).length]);
    expect(Object.fromEntries(counts)).toMatchObject({ drain: 0 });
    expect(counts.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThan(300);
  });

  it.each(Object.keys(RIGHT))('%s: is answered with an error that names the field', async (type) => {
    const schema = clientSchemas(DEFAULT_LIMITS)[type as 'new'];
    for (const { field, how, message } of wrongMessages(type)) {
      client.say(message);
      const error = await client.hear('error');
      // the arms of a choice between forms are not told apart: the whole is named
      const named = field in (schema.properties ?? {}) ? field : field.split(/[.[]/)[0]!;
      expect(error.message, `${type}: ${field} ${how}`).toContain(named);
      expect(error, `${type}: ${field} ${how}`).toMatchObject({
        code: expect.stringMatching(/^(bad_message|too_large)$/),
        about: { message_type: type },
      });
    }
  });

  it('ends with the connection open, nothing stored, and nobody else disturbed', async () => {
    expect(bus.running.views.head()).toBe(0);
    expect(
      bus.running.views
        .services()
        .map(({ clientType }) => clientType)
        .sort(),
    ).toEqual(['accounts', 'witness']);
    await witness.heardNothing();
    expect((await client.publish('T', 'k')).receipts).toMatchObject([{ status: 'success', value: 0 }]);
    expect(await witness.hearEvents(1)).toMatchObject([{ consistency: { key: 'k', value: 0 } }]);
  });
});

describe('a frame that is no message', () => {
  let bus: TestBus;
  beforeEach(async () => {
    bus = await TestBus.start();
  });
  afterEach(() => bus.stop());

  it.each([
    ['no JSON', '{'],
    ['an array', '[1]'],
    ['a number', '5'],
    ['nothing', ''],
    ['of an unknown type', '{"message_type":"dance"}'],
    ['without a type', '{}'],
    ['data nested too deep', newWith('['.repeat(65) + ']'.repeat(65))],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['a prototype in disguise', '{"__proto__":{"message_type":"drain"}}'],
  ])('%s: is answered, and the client may go on', async (_what, frame) => {
    const client = await bus.connect();
    await client.register('accounts', ['T'], { features: ALL_FEATURES });
    client.say(frame);
    expect(['bad_message', 'too_large']).toContain((await client.hear('error')).code);
    expect((await client.publish('T', 'k')).receipts[0]?.status).toBe('success');
  });

  it('a wrong register is answered if it announces that its sender understands errors', async () => {
    const client = await bus.connect();
    client.say({ message_type: 'register', client_type: 7, event_types: ['T'], features: ['errors'] });
    expect(await client.hear('error')).toMatchObject({
      code: 'bad_message',
      message: expect.stringContaining('client_type'),
    });
  });

  it('too large: its connection is closed with 1009, all others stay', async () => {
    const [client, witness] = [await bus.connect(), await bus.connect()];
    await witness.register('witness', ['*']);
    const closed = client.closed();
    client.say(newWith(`"${'x'.repeat(DEFAULT_LIMITS.messageBytesMax)}"`));
    expect((await closed).code).toBe(1009);
    await witness.heardNothing();
    expect((await witness.publish('T', 'k')).receipts[0]?.status).toBe('success');
  });

  it('above the events of a batch: refused whole, with its batch id', async () => {
    const client = await bus.connect();
    await client.register('accounts', ['U'], { features: ALL_FEATURES });
    const events = Array.from({ length: DEFAULT_LIMITS.eventsPerBatchMax + 1 }, () => newEvent('T', 'k'));
    client.say({ message_type: 'new', batch_id: 'big', atomic: true, events });
    expect(await client.hear('error')).toMatchObject({ code: 'too_large', about: { batch_id: 'big' } });
    expect(bus.running.views.head()).toBe(0);
  });

  it('a cursor beyond the log is refused by observe', async () => {
    const client = await bus.connect();
    await client.register('accounts', ['U'], { features: ALL_FEATURES });
    client.say({ message_type: 'observe', event_types: ['*'], after: '12' });
    expect(await client.hear('error')).toMatchObject({ about: { message_type: 'observe' } });
  });
});

describe('a client that does not take part', () => {
  let bus: TestBus;
  afterEach(() => bus.stop());

  it('does not read: gets no more than the socket holds, and is cut off; the others go on meanwhile', async () => {
    bus = await TestBus.start({
      settings: { heartbeatMs: 100, socketPauseBytes: 128 * 1024, waitingBytesMax: 256 * 1024 },
    });
    const [lazy, witness] = [await bus.connect(), await bus.connect()];
    await lazy.register('lazy', [], { features: ALL_FEATURES });
    const closed = once(lazy.socket, 'close');
    lazy.socket.pause();
    const text = 'x'.repeat(500_000);
    await witness.publish('T', 'k', { text });
    for (let n = 0; n < 50; n += 1) {
      lazy.say({ message_type: 'query', event_types: ['*'], query_id: `${n}`, limit: 1 });
    }
    await untilTrue(async () => (await services(bus)).length === 0 || (await instancesOf(bus, 'lazy')) === 0);
    expect((await witness.publish('T', 'k')).receipts[0]?.status).toBe('success');
    lazy.socket.resume();
    await closed;
  });

  it('leaves pings unanswered: is disconnected, and its events go to the others', async () => {
    bus = await TestBus.start({ settings: { heartbeatMs: 50 } });
    const [deaf, other, sender] = [await bus.connect(), await bus.connect(), await bus.connect()];
    await deaf.register('accounts', ['T']);
    await sender.publish('T', 'k');
    await deaf.hear('event');
    deaf.socket.pause();
    await other.register('accounts', ['T']);
    expect(await other.hear('event')).toMatchObject({ consistency: { key: 'k', value: 0 } });
  });

  it('sends its request byte by byte: is closed before it has finished', async () => {
    bus = await TestBus.start({ settings: { requestTimeoutMs: 200 } });
    const socket = connectTcp(bus.running.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const drip = setInterval(() => socket.writable && socket.write('G'), 20);
    await new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
    clearInterval(drip);
  });

  it('opens sockets and says nothing: makes room when others come', async () => {
    bus = await TestBus.start({ limits: { sessionsMax: 3 } });
    const silent = [await bus.connect(), await bus.connect()];
    const speaking = await bus.connect();
    await speaking.register('accounts', ['T']);
    const closed = silent[0]!.closed();
    const newcomer = await bus.connect();
    expect(await closed).toEqual({ code: 1013, reason: 'too_many_sessions' });
    await newcomer.register('accounts', ['T']);
    await speaking.heardNothing();
  });

  it('is one too many where everybody speaks: is refused in plain HTTP', async () => {
    bus = await TestBus.start({ limits: { sessionsMax: 1 } });
    const client = await bus.connect();
    await client.register('accounts', ['T']);
    await expect(bus.connect()).rejects.toThrow('503');
    await client.heardNothing();
  });
});

function newWith(data: string): string {
  return `{"message_type":"new","events":[{"event_type":"T","consistency":{"key":"k"},"correlation_id":1,"data":${data}}]}`;
}

interface ServiceJson {
  readonly client_type: string;
  readonly instances: readonly unknown[];
}

async function services(bus: TestBus): Promise<readonly ServiceJson[]> {
  return (await bus.get('/services')).body.services as readonly ServiceJson[];
}

async function instancesOf(bus: TestBus, clientType: string): Promise<number> {
  return (await services(bus)).find((service) => service.client_type === clientType)?.instances.length ?? 0;
}

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise<void>((resolve) => setTimeout(resolve, 10));
}
