import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../common/protocol/limits.js';
import type { NewEventMessage } from '../../common/protocol/messages.js';
import { ackInput, expectOf, newInput, registerInput } from './inputs.js';

describe('what the sender says of the key', () => {
  it.each([
    [{}, { kind: 'implicit' }],
    [{ value: '*' }, { kind: 'implicit' }],
    [{ value: null }, { kind: 'implicit' }],
    [{ value: 0 }, { kind: 'exact', value: 0 }],
    [{ value: '12' }, { kind: 'exact', value: 12 }],
    [{ seen: -1 }, { kind: 'seen', value: -1 }],
    [
      { value: '*', seen: 4 },
      { kind: 'seen', value: 4 },
    ],
    [
      { value: 5, seen: 4 },
      { kind: 'exact', value: 5 },
    ],
  ])('%j means %j', (consistency, expected) => {
    expect(expectOf({ key: 'k', ...consistency })).toEqual(expected);
  });
});

describe('the correlation of a new event', () => {
  const uuid = '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef';
  const correlationOf = (event: Partial<NewEventMessage>): unknown => {
    const message = { event_type: 'T', consistency: { key: 'k' }, data: '{}', ...event };
    const input = newInput(1, { message_type: 'new', events: [message] }, () => uuid, true);
    if (input.kind !== 'new') throw new Error('not a new');
    const [{ correlation, correlationId } = {}] = input.events;
    return { correlation, correlationId };
  };

  it('is the UUID that came with it; the number follows from it', () => {
    expect(correlationOf({ correlation: uuid, correlation_id: 5 })).toEqual({
      correlation: uuid,
      correlationId: 0x00abcdef,
    });
  });

  it('is the number of an old client, as a UUID', () => {
    expect(correlationOf({ correlation_id: 255 })).toEqual({
      correlation: '00000000-0000-8000-8000-0000000000ff',
      correlationId: 255,
    });
  });

  it('is new if none came', () => {
    expect(correlationOf({})).toEqual({ correlation: uuid, correlationId: 0x00abcdef });
  });
});

describe('the checksum of a new event', () => {
  const message = {
    message_type: 'new' as const,
    events: [{ event_type: 'T', consistency: { key: 'k' }, data: '{}' }],
  };

  it.each([
    [true, 'bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f'],
    [false, ''],
  ])('is worked out if the sender matches by it (%s)', (checksums, checksum) => {
    expect(newInput(1, message, () => 'uuid', checksums)).toMatchObject({ events: [{ checksum }] });
  });
});

describe('a registration', () => {
  it('gets the features that the bus knows, and the in-flight limit of the bus', () => {
    expect(
      registerInput(
        1,
        {
          message_type: 'register',
          client_type: 'a',
          event_types: ['*'],
          features: ['telepathy', 'ack', 'batch'],
          max_in_flight: 1e9,
        },
        DEFAULT_LIMITS,
      ),
    ).toMatchObject({ features: ['batch', 'ack'], maxInFlight: DEFAULT_LIMITS.maxInFlightMax });
  });

  it('may ask for no events at all', () => {
    const message = {
      message_type: 'register',
      client_type: 'a',
      event_types: ['*'],
      max_in_flight: 0,
    } as const;
    expect(registerInput(1, { ...message, event_types: ['*'] }, DEFAULT_LIMITS)).toMatchObject({
      maxInFlight: 0,
    });
  });
});

describe('an acknowledgement', () => {
  it('names deliveries in the short forms, key and value in the base form', () => {
    expect(ackInput(1, { message_type: 'ack', delivery: '1.2' })).toMatchObject({ deliveries: ['1.2'] });
    expect(ackInput(1, { message_type: 'ack', deliveries: ['1.2', '1.3'] })).toMatchObject({
      deliveries: ['1.2', '1.3'],
    });
    expect(ackInput(1, { message_type: 'ack', consistency: { key: 'k', value: '3' } })).toEqual({
      kind: 'ack-event',
      sessionId: 1,
      key: 'k',
      value: 3,
    });
  });
});
