import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../common/events.js';
import { decodeBusMessage } from '../../common/protocol/codec.js';
import type { Receipt } from '../core/types.js';
import { deliveriesFrame, deliveryFrame, eventText, receiptFrame } from './wire-text.js';

/** Names as the protocol takes them, control characters and quotes among them. */
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 8 })
  .filter((text) => !/[\0\p{Surrogate}]/u.test(text));
const data = fc.oneof(fc.json(), fc.constantFrom('5.0', '{ "a" : 12345678901234567890 }'));

const storedEvent: fc.Arbitrary<StoredEvent> = fc
  .record({
    position: fc.integer({ min: 1 }),
    type: name,
    key: name,
    value: fc.maxSafeNat(),
    data,
    correlation: fc.uuid(),
    time: fc.integer({ min: 0, max: 4e12 }),
    sender: fc.oneof(name, fc.constant('')),
    sessionId: fc.maxSafeNat(),
    causation: fc.option(name, { nil: undefined }),
    batchId: fc.option(name, { nil: undefined }),
  })
  .map(({ causation, batchId, ...event }) => ({
    ...event,
    correlationId: Number.parseInt(event.correlation.slice(-8), 16),
    owedTo: [],
    ...(causation !== undefined && { causation }),
    ...(batchId !== undefined && { batchId }),
  }));

/** The fields that each form adds to the one before, by what the protocol says of them. */
function briefFields(event: StoredEvent): object {
  return {
    event_type: event.type,
    consistency: { key: event.key, value: event.value },
    data: event.data,
    sender: event.sender,
    session_id: event.sessionId,
    position: String(event.position),
    correlation: event.correlation,
    time: new Date(event.time).toISOString(),
    ...(event.causation !== undefined && { causation: event.causation }),
    ...(event.batchId !== undefined && { batch_id: event.batchId }),
  };
}

function baseFields(event: StoredEvent): object {
  return {
    message_type: 'event',
    event_type: event.type,
    consistency: { key: event.key, value: event.value },
    correlation_id: event.correlationId,
    data: event.data,
    sender: event.sender,
    session_id: event.sessionId,
    timestamp: new Date(event.time).toUTCString().replace('GMT', '+0000'),
    timestamp_raw: Math.floor(event.time / 1000),
  };
}

function fullFields(event: StoredEvent): object {
  return { ...baseFields(event), ...briefFields(event), event_id: `log-${event.position}` };
}

/** The message that a frame holds, as a client takes it apart; `data` as it stood there. */
function message(frame: string): unknown {
  const decoded = decodeBusMessage(frame);
  return decoded.ok ? decoded.message : decoded;
}

const deliveries = fc.array(
  fc
    .record({ event: storedEvent, attempt: fc.integer({ min: 1, max: 3 }), n: fc.nat() })
    .map(({ n, ...delivery }) => ({ ...delivery, delivery: `4194306.${n}` })),
  { maxLength: 3 },
);

describe('deliveries as text', () => {
  it('are, in the base form, exactly what the first generation knows', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        for (const one of all)
          expect(message(deliveryFrame(one, 'base', 'log'))).toEqual(baseFields(one.event));
      }),
    );
  });

  it('have, in the full form, all there is to say', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const events = all.map(({ event, delivery, attempt }) => ({
          ...fullFields(event),
          delivery,
          attempt,
        }));
        expect(message(deliveriesFrame(all, 'full', 'log'))).toEqual({ message_type: 'events', events });
      }),
    );
  });

  it('[P52] have, in the brief form, nothing that follows from something else', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const events = all.map(({ event, delivery, attempt }) => ({
          ...briefFields(event),
          delivery,
          ...(attempt > 1 && { attempt }),
        }));
        expect(message(deliveriesFrame(all, 'brief', 'log'))).toEqual({ message_type: 'events', events });
        for (const [at, one] of all.entries())
          expect(message(deliveryFrame(one, 'brief', 'log'))).toEqual({
            ...events[at],
            message_type: 'event',
          });
      }),
    );
  });
});

it('an event that was read is called as it was asked for', () => {
  fc.assert(
    fc.property(storedEvent, (event) => {
      const frame = `{"message_type":"rebuild","events":[${eventText(event, 'full', 'rebuild', 'log')}]}`;
      expect(message(frame)).toEqual({
        message_type: 'rebuild',
        events: [{ ...fullFields(event), message_type: 'rebuild' }],
      });
    }),
  );
});

describe('receipts as text', () => {
  const place = { key: 'a"b', value: 3, position: 12 };
  const stored: Receipt = { checksum: 'ab', status: 'success', contested: false, ...place };
  const refused: Receipt = { checksum: 'cd', status: 'inconsistent', contested: true, key: 'k' };
  const frame = (receipts: Receipt[], base: boolean): unknown =>
    message(
      receiptFrame({ kind: 'receipt', sessionId: 1, receipts, batchId: 'b', sender: 'a"', time: 0 }, base),
    );
  const around = {
    message_type: 'receipt',
    sender: 'a"',
    timestamp: 'Thu, 01 Jan 1970 00:00:00 +0000',
  };

  it('are checksum and status for the first generation', () => {
    expect(frame([stored, refused], true)).toEqual({
      ...around,
      receipts: [
        { checksum: 'ab', status: 'success' },
        { checksum: 'cd', status: 'inconsistent' },
      ],
    });
  });

  it('tell others the place in the log, or what contested', () => {
    expect(frame([stored, refused, { ...refused, contested: false }], false)).toEqual({
      ...around,
      batch_id: 'b',
      receipts: [
        { checksum: 'ab', status: 'success', key: 'a"b', value: 3, position: '12' },
        { checksum: 'cd', status: 'inconsistent', key: 'k', contested: true },
        { checksum: 'cd', status: 'inconsistent', key: 'k' },
      ],
    });
  });

  it('[P52] have neither checksum nor key for a sender that matches them by their place', () => {
    expect(
      frame(
        [
          { ...stored, checksum: '' },
          { ...refused, checksum: '' },
        ],
        false,
      ),
    ).toEqual({
      ...around,
      batch_id: 'b',
      receipts: [
        { status: 'success', value: 3, position: '12' },
        { status: 'inconsistent', contested: true },
      ],
    });
  });
});
