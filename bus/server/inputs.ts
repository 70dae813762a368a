import { checksum } from '../../common/protocol/checksum.js';
import { correlationIdOf, correlationOf } from '../../common/protocol/correlation.js';
import type { Limits } from '../../common/protocol/limits.js';
import {
  type AckMessage,
  FEATURES,
  type Feature,
  type NackMessage,
  type NewEventMessage,
  type NewMessage,
  type RegisterMessage,
} from '../../common/protocol/messages.js';
import type { Expect, Input, NewEvent } from '../core/types.js';

/** What a client says, as inputs of the core. The messages have passed the codec; what is computed at the edge is computed here. */

export function registerInput(sessionId: number, message: RegisterMessage, limits: Limits): Input {
  return {
    kind: 'register',
    sessionId,
    clientType: message.client_type,
    eventTypes: message.event_types,
    features: grantedFeatures(message),
    maxInFlight: Math.min(message.max_in_flight ?? limits.maxInFlightDefault, limits.maxInFlightMax),
    ...(message.instance !== undefined && { instance: message.instance }),
  };
}

/** Those that the client announces and the bus knows. */
export function grantedFeatures({ features }: RegisterMessage): readonly Feature[] {
  return FEATURES.filter((feature) => features?.includes(feature));
}

/**
 * @param newCorrelation makes a correlation (UUID text) for an event that brings none
 * @param checksums the sender matches receipts by them; otherwise by their place
 */
export function newInput(
  sessionId: number,
  message: NewMessage,
  newCorrelation: () => string,
  checksums: boolean,
): Input {
  return {
    kind: 'new',
    sessionId,
    events: message.events.map((event) => newEvent(event, newCorrelation, checksums)),
    ...(message.batch_id !== undefined && { batchId: message.batch_id }),
    ...(message.once !== undefined && { once: message.once }),
    atomic: message.atomic ?? false,
    ...(message.acknowledges !== undefined && { acknowledges: message.acknowledges }),
  };
}

function newEvent(event: NewEventMessage, newCorrelation: () => string, checksums: boolean): NewEvent {
  const correlation = correlationFor(event, newCorrelation);
  const input = {
    type: event.event_type,
    key: event.consistency.key,
    expect: expectOf(event.consistency),
    data: event.data,
    checksum: checksums ? checksum(event.data) : '',
    correlationId: correlationIdOf(correlation),
    correlation,
  };
  return event.causation === undefined ? input : { ...input, causation: event.causation };
}

function correlationFor(event: NewEventMessage, newCorrelation: () => string): string {
  if (event.correlation !== undefined) return event.correlation.toLowerCase();
  if (event.correlation_id !== undefined) return correlationOf(event.correlation_id);
  return newCorrelation();
}

/** A stated value is the narrower promise, so it goes before `seen`. */
export function expectOf({ value, seen }: NewEventMessage['consistency']): Expect {
  if (value !== undefined && value !== null && value !== '*') return { kind: 'exact', value: Number(value) };
  if (seen !== undefined) return { kind: 'seen', value: seen };
  return { kind: 'implicit' };
}

export function ackInput(sessionId: number, message: AckMessage): Input | undefined {
  const { delivery, deliveries, consistency } = message;
  if (deliveries !== undefined) return { kind: 'ack', sessionId, deliveries };
  if (delivery !== undefined) return { kind: 'ack', sessionId, deliveries: [delivery] };
  if (consistency === undefined) return undefined;
  return { kind: 'ack-event', sessionId, key: consistency.key, value: Number(consistency.value) };
}

export function nackInput(sessionId: number, message: NackMessage): Input {
  const { delivery, error, retry, contended, applied } = message;
  return {
    kind: 'nack',
    sessionId,
    delivery,
    error,
    retry,
    ...(contended !== undefined && { contended }),
    ...(applied !== undefined && { applied }),
  };
}
