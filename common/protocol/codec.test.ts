import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decoded,
  decodeBusMessage,
  decodeClientMessage,
  encodeBusMessage,
  encodeClientMessage,
} from './codec.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { BusMessage, ClientMessage, EventMessage, NewMessage } from './messages.js';
import { BUS_SAMPLES, CLIENT_SAMPLES } from './testing/samples.js';

const client = (frame: string | Buffer) => decodeClientMessage(frame, DEFAULT_LIMITS);
const clientSamples: ClientMessage[] = Object.values(CLIENT_SAMPLES);
const busSamples: BusMessage[] = Object.values(BUS_SAMPLES);

/** Text as names may be: not empty, no NUL, well-formed, within the narrowest limit. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 64);
const space = fc.constantFrom('', ' ', '\n', '\t ');
/** Raw JSON text in many spellings that parsing and writing again would lose. */
const data = fc.oneof(
  fc.json({ maxDepth: 5 }),
  fc.constantFrom(
    '5.0',
    '-0',
    '1E+2',
    '12345678901234567890',
    '"\\u0041\\/"',
    '{"a":1,"a":2}',
    '{"__proto__":{"x":1}}',
  ),
  fc
    .tuple(space, fc.jsonValue({ maxDepth: 4 }))
    .map(([indent, value]) => JSON.stringify(value, null, indent)),
);

const newMessage: fc.Arbitrary<NewMessage> = fc.record(
  {
    message_type: fc.constant('new' as const),
    events: fc.array(
      fc.record(
        {
          event_type: name,
          consistency: fc.record(
            {
              key: name,
              value: fc.oneof(fc.maxSafeNat(), fc.maxSafeNat().map(String), fc.constantFrom('*', null)),
              seen: fc.integer({ min: -1 }),
            },
            { requiredKeys: ['key'] },
          ),
          correlation_id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          data,
          correlation: fc.uuid(),
          causation: name,
        },
        { requiredKeys: ['event_type', 'consistency', 'data'] },
      ),
      { maxLength: 5 },
    ),
    batch_id: name,
    atomic: fc.boolean(),
    acknowledges: name,
  },
  { requiredKeys: ['message_type', 'events'] },
);

const wireEvent: fc.Arbitrary<EventMessage> = fc
  .record({ data, key: name, event_type: name, value: fc.maxSafeNat(), attempt: fc.integer({ min: 1 }) })
  .map(({ key, value, ...others }) => ({ ...BUS_SAMPLES.event, ...others, consistency: { key, value } }));

describe('the codec', () => {
  it.each(clientSamples)('[P2] takes $message_type of a client apart as it was put together', (message) => {
    const frame = encodeClientMessage(message);
    expect(client(frame)).toEqual({ ok: true, message });
    expect(client(Buffer.from(frame))).toEqual({ ok: true, message });
  });

  it.each(busSamples)('takes $message_type of the bus apart as it was put together', (message) => {
    const frame = encodeBusMessage(message);
    expect(decodeBusMessage(frame)).toEqual({ ok: true, message });
    expect(decodeBusMessage(Buffer.from(frame))).toEqual({ ok: true, message });
  });

  it('[P5] carries any new, its data as it was written', () => {
    fc.assert(
      fc.property(newMessage, (message) => {
        expect(client(Buffer.from(encodeClientMessage(message)))).toEqual({ ok: true, message });
      }),
    );
  });

  it('[P5] carries any event, alone or in an array, its data as it was written', () => {
    fc.assert(
      fc.property(
        fc.array(wireEvent, { maxLength: 5 }),
        fc.constantFrom('events', 'rebuild', 'observed'),
        (events, type) => {
          const message = {
            message_type: type,
            events,
            ...(type === 'observed' && { next: '7' }),
          } as BusMessage;
          expect(decodeBusMessage(encodeBusMessage(message))).toEqual({ ok: true, message });
          for (const event of events)
            expect(decodeBusMessage(encodeBusMessage(event))).toEqual({ ok: true, message: event });
        },
      ),
    );
  });

  it('[P7] takes the last of several data, and names written with escapes, as JSON does', () => {
    const frame =
      '{"message_type":"new","events":[{"event_type":"A","consistency":{"key":"k"},"data":1,"d\\u0061ta": 2.0 }]}';
    const decoded = client(frame);
    expect(decoded.ok && (decoded.message as NewMessage).events[0]!.data).toBe('2.0');
  });

  it('[P4] ignores what it does not know', () => {
    const frame = encodeClientMessage(CLIENT_SAMPLES.new).replace(
      '{',
      '{"data":0,"more":{"events":[{"data":1}]},',
    );
    const decoded = client(frame);
    expect(decoded.ok && (decoded.message as NewMessage).events).toEqual(CLIENT_SAMPLES.new.events);
  });

  it('[P16] takes an event that is echoed as its acknowledgement', () => {
    const echo = encodeBusMessage(BUS_SAMPLES.event).replace('"event"', '"ack"');
    expect(client(echo)).toMatchObject({
      ok: true,
      message: { message_type: 'ack', consistency: { key: 'acc-7', value: 3 } },
    });
  });

  it('is not harmed by names that objects of the language have', () => {
    const frame =
      '{"__proto__":{"message_type":"drain"},"constructor":1,"message_type":"ack","delivery":"d","toString":{"__proto__":null}}';
    expect(client(frame)).toMatchObject({ ok: true, message: { message_type: 'ack', delivery: 'd' } });
    expect(client('{"__proto__":{"message_type":"drain"}}').ok).toBe(false);
    expect(client('{"message_type":"constructor"}').ok).toBe(false);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).message_type).toBeUndefined();
  });

  it('keeps no frame in memory for the sake of one of its events', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const frame = Buffer.from(
      encodeClientMessage(CLIENT_SAMPLES.new).replace('{', `{"pad":"${'x'.repeat(500_000)}",`),
    );
    collect();
    const before = process.memoryUsage().heapUsed;
    const held = Array.from({ length: 100 }, () => {
      const decoded = client(frame);
      return decoded.ok && (decoded.message as NewMessage).events;
    });
    collect();
    expect(held).toHaveLength(100);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  });
});

describe('a frame that is refused', () => {
  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'the frame: must be JSON (Unexpected end of JSON input)'],
    ['no JSON', '{"message_type":', 'the frame: must be JSON'],
    ['not a number', '{"message_type":"drain","x":NaN}', 'the frame: must be JSON'],
    ['infinite', '{"message_type":"drain","x":Infinity}', 'the frame: must be JSON'],
    ['with a comma too many', '{"message_type":"drain",}', 'the frame: must be JSON'],
    ['with a byte order mark', '\ufeff{"message_type":"drain"}', 'the frame: must be JSON'],
    ['two messages', '{"message_type":"drain"}{"message_type":"drain"}', 'the frame: must be JSON'],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'the frame: must be UTF-8'],
    [
      'half a surrogate pair in UTF-8',
      Buffer.from('"\ud800"', 'utf16le').subarray(2, 4),
      'the frame: must be UTF-8',
    ],
    ['half a surrogate pair', '{"message_type":"drain","x":"\ud800"}', 'the frame: must be UTF-8'],
    ['an array', '[{"message_type":"drain"}]', 'the frame: must be a JSON object'],
    ['null', 'null', 'the frame: must be a JSON object'],
    ['a text', '"drain"', 'the frame: must be a JSON object'],
    ['without type', '{}', 'message_type: must be one of register, new, ack, nack, query, observe, drain'],
    ['with a type that is no text', '{"message_type":["drain"]}', 'message_type: must be one of'],
    ['with a type of the bus', '{"message_type":"receipt"}', 'message_type: must be one of'],
  ])('[P3] is %s: the reason says so', (_kind, frame, reason) => {
    const decoded = client(frame);
    expect(decoded).toMatchObject({ ok: false, code: 'bad_message' });
    expect(!decoded.ok && decoded.message).toContain(reason);
  });

  it('[P3] names the field, and what the message was about', () => {
    const message = structuredClone(CLIENT_SAMPLES.new) as NewMessage;
    message.events.push({ event_type: 'A', consistency: { key: 'é'.repeat(257) }, data: '1' });
    expect(client(encodeClientMessage(message))).toEqual({
      ok: false,
      code: 'too_large',
      message: 'events[1].consistency.key: must be a text of 1 to 512 bytes',
      about: { message_type: 'new', batch_id: 'batch-1' },
    });
    expect(client('{"message_type":"query","event_types":1,"query_id":"q"}')).toMatchObject({
      about: { message_type: 'query', query_id: 'q' },
    });
  });

  it('[P3] echoes only short texts', () => {
    const decoded = client(JSON.stringify({ message_type: 'x'.repeat(300), batch_id: 7, query_id: {} }));
    expect(!decoded.ok && decoded.about).toEqual({});
  });

  it('[P44] is longer than a message may be, counted in bytes', () => {
    const limits = { ...DEFAULT_LIMITS, messageBytesMax: 41 };
    const fits = `{"message_type":"drain","x":"${'é'.repeat(5)}"}`;
    expect(Buffer.byteLength(fits)).toBe(41);
    for (const frame of [fits, Buffer.from(fits)]) expect(decodeClientMessage(frame, limits).ok).toBe(true);
    for (const frame of [`${fits} `, Buffer.from(`${fits} `)]) {
      expect(decodeClientMessage(frame, limits)).toEqual({
        ok: false,
        code: 'too_large',
        message: 'the frame: must be at most 41 bytes',
        about: {},
      });
    }
  });

  it('[P44] nests deeper than data may', () => {
    const frame = (depth: number) =>
      encodeClientMessage({
        message_type: 'new',
        events: [
          { event_type: 'A', consistency: { key: 'k' }, data: '1' },
          { event_type: 'A', consistency: { key: 'k' }, data: '['.repeat(depth) + ']'.repeat(depth) },
        ],
      });
    expect(client(frame(DEFAULT_LIMITS.dataDepthMax)).ok).toBe(true);
    expect(client(frame(DEFAULT_LIMITS.dataDepthMax + 1))).toMatchObject({
      code: 'too_large',
      message: 'events[1].data: must not nest deeper than 64',
    });
    expect(client(frame(400_000))).toMatchObject({ code: 'too_large' });
  });

  it('[P3] never throws, whatever the bytes, and whatever message with bytes changed, cut out or put in', () => {
    const frames = [...clientSamples.map(encodeClientMessage), ...busSamples.map(encodeBusMessage)].map(
      (text) => Buffer.from(text),
    );
    const bytes = fc.uint8Array({ maxLength: 8 });
    const place = fc.nat(1000);
    const check = (frame: Buffer) => {
      for (const decoded of [
        client(frame),
        decodeBusMessage(frame),
        client(frame.toString()),
      ] as Decoded<unknown>[]) {
        if (!decoded.ok) expect(decoded.message).toMatch(/^\S.*: (must|is) /s);
      }
    };
    fc.assert(
      fc.property(fc.constantFrom(...frames), place, fc.nat(8), bytes, (frame, at, removed, added) => {
        const from = at % frame.length;
        check(Buffer.concat([frame.subarray(0, from), added, frame.subarray(from + removed)]));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (frame) => check(Buffer.from(frame)),
      ),
    );
  });
});
