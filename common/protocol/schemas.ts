import type { Limits } from './limits.js';
import type {
  AckMessage,
  BusMessage,
  ClientMessage,
  DrainedMessage,
  DrainMessage,
  ErrorMessage,
  EventsMessage,
  HandlerError,
  InstanceInfo,
  NackMessage,
  NewEventMessage,
  NewMessage,
  ObservedMessage,
  ObserveMessage,
  ProgressMessage,
  QueryMessage,
  RebuildMessage,
  RecalledMessage,
  RecallMessage,
  ReceiptMessage,
  RegisterMessage,
  RegistrationMessage,
  WireEvent,
  WireReceipt,
} from './messages.js';
import {
  anyOf,
  anyText,
  array,
  arrayOf,
  boolean,
  format,
  integer,
  type JsonSchema,
  json,
  keptObject,
  literal,
  name,
  object,
  optional,
  type Schema,
  text,
} from './schema-fields.js';

/**
 * The JSON Schemas of every message. What a client says is held to the limits and to the form of each text. Of what the bus
 * says only the shape is checked: a client cannot know how a bus was set up, and parses times itself.
 */
type Route = NonNullable<InstanceInfo['routes']>[number];

const CORRELATION_ID_MAX = 2 ** 32 - 1;

const uuid = format('uuid', 'the text of a UUID');
const cursor = format('cursor', 'a cursor that the bus has handed out');
const time = format('rfc3339', 'a time by RFC 3339, such as 2026-01-31T12:00:00Z');
const since = format('since', '"*" or a time by RFC 3339, such as 2026-01-31T12:00:00Z');
const correlationId = integer(0, CORRELATION_ID_MAX);
const position = integer(0);

const decimal: JsonSchema = {
  type: 'string',
  pattern: '^(?:0|[1-9][0-9]{0,15})$',
  description: 'a decimal text',
};
const value = anyOf<number | string>('an integer from 0, or its decimal text', position.json, decimal);
const expectedValue = anyOf<number | string | null>(
  'an integer from 0, its decimal text, "*" or null',
  position.json,
  decimal,
  { const: '*', description: '"*"' },
  { type: 'null', description: 'null' },
);

/** By message type: what the bus accepts. */
export function clientSchemas(limits: Limits): Record<ClientMessage['message_type'], JsonSchema> {
  const key = name(limits.keyBytesMax);
  const eventType = name(limits.typeBytesMax);
  const eventTypes = array(eventType, limits.eventTypesMax);
  const delivery = name(limits.deliveryBytesMax);
  const instanceText = text(limits.instanceTextBytesMax);
  const errorText = text(limits.errorTextBytesMax);

  const instance = keptObject<InstanceInfo>({
    id: name(limits.instanceTextBytesMax),
    http_address: optional(instanceText),
    script: optional(instanceText),
    version: optional(instanceText),
    routes: optional(
      array(keptObject<Route>({ method: instanceText, pattern: instanceText }), limits.routesMax),
    ),
  });

  const register = object<RegisterMessage>({
    message_type: literal('register'),
    client_type: name(limits.clientTypeBytesMax),
    event_types: eventTypes,
    features: optional(array(text(limits.featureBytesMax), limits.featuresMax)),
    instance: optional(instance),
    max_in_flight: optional(integer(0)),
    token: optional(text(limits.tokenBytesMax)),
    reader: optional(boolean),
  });

  const newEvent = object<NewEventMessage>({
    event_type: eventType,
    consistency: object<NewEventMessage['consistency']>({
      key,
      value: optional(expectedValue),
      seen: optional(integer(-1)),
    }),
    correlation_id: optional(correlationId),
    data: json,
    correlation: optional(uuid),
    causation: optional(name(limits.causationBytesMax)),
  });

  const newMessage = object<NewMessage>({
    message_type: literal('new'),
    events: array(newEvent, limits.eventsPerBatchMax),
    batch_id: optional(name(limits.batchIdBytesMax)),
    once: optional(name(limits.batchIdBytesMax)),
    atomic: optional(boolean),
    acknowledges: optional(delivery),
  });

  const ack = object<AckMessage>(
    {
      message_type: literal('ack'),
      consistency: optional(object<{ key: string; value: number | string }>({ key, value })),
      delivery: optional(delivery),
      deliveries: optional(array(delivery, limits.deliveriesPerAckMax)),
    },
    {
      anyOf: [{ required: ['consistency'] }, { required: ['delivery'] }, { required: ['deliveries'] }],
      description: 'an object with consistency, delivery or deliveries',
    },
  );

  const nack = object<NackMessage>({
    message_type: literal('nack'),
    delivery,
    error: keptObject<HandlerError>({
      message: errorText,
      traceback: optional(errorText),
      script: optional(errorText),
      version: optional(errorText),
    }),
    retry: boolean,
    contended: optional(array(key, limits.eventsPerBatchMax)),
    applied: optional(boolean),
  });

  const query = object<QueryMessage>({
    message_type: literal('query'),
    event_types: eventTypes,
    since: optional(since),
    after: optional(cursor),
    until: optional(time),
    key: optional(key),
    correlation: optional(uuid),
    session_id: optional(position),
    limit: optional(integer(1)),
    acknowledged_only: optional(boolean),
    without_skipped: optional(boolean),
    query_id: optional(name(limits.queryIdBytesMax)),
  });

  const observe = object<ObserveMessage>({
    message_type: literal('observe'),
    event_types: eventTypes,
    keys: optional(array(key, limits.observedKeysMax)),
    after: optional(cursor),
  });

  const drain = object<DrainMessage>({ message_type: literal('drain') });

  const recall = object<RecallMessage>({ message_type: literal('recall') });

  return {
    register: register.json,
    new: newMessage.json,
    ack: ack.json,
    nack: nack.json,
    query: query.json,
    observe: observe.json,
    drain: drain.json,
    recall: recall.json,
  };
}

const wireEvent = object<WireEvent>({
  message_type: optional(literal('event', 'rebuild')),
  event_type: anyText,
  consistency: object<WireEvent['consistency']>({ key: anyText, value: position }),
  correlation_id: optional(correlationId),
  data: json,
  sender: anyText,
  session_id: position,
  timestamp: optional(anyText),
  timestamp_raw: optional(integer(0)),
  event_id: optional(anyText),
  position: optional(cursor),
  correlation: optional(anyText),
  causation: optional(anyText),
  time: optional(anyText),
  delivery: optional(anyText),
  attempt: optional(integer(1)),
  batch_id: optional(anyText),
});

const registration = object<RegistrationMessage>({
  message_type: literal('registration'),
  client_type: anyText,
  event_types: arrayOf(anyText),
  session_id: optional(position),
  features: optional(arrayOf(anyText)),
  acknowledged: optional(cursor),
  head: optional(cursor),
  log_id: optional(anyText),
});

const receipt: Schema<ReceiptMessage> = object<ReceiptMessage>({
  message_type: literal('receipt'),
  receipts: arrayOf(
    object<WireReceipt>({
      checksum: optional(anyText),
      status: literal('success', 'inconsistent'),
      key: optional(anyText),
      value: optional(position),
      position: optional(cursor),
      contested: optional(boolean),
    }),
  ),
  sender: anyText,
  timestamp: anyText,
  batch_id: optional(anyText),
});

/** By message type: what the bus says. */
export const BUS_SCHEMAS: Readonly<Record<BusMessage['message_type'], JsonSchema>> = {
  registration: registration.json,
  event: wireEvent.json,
  events: object<EventsMessage>({ message_type: literal('events'), events: arrayOf(wireEvent) }).json,
  receipt: receipt.json,
  rebuild: object<RebuildMessage>({
    message_type: literal('rebuild'),
    events: arrayOf(wireEvent),
    query_id: optional(anyText),
    next: optional(cursor),
    head: optional(cursor),
  }).json,
  error: object<ErrorMessage>({
    message_type: literal('error'),
    code: anyText,
    message: anyText,
    about: optional(
      object<NonNullable<ErrorMessage['about']>>({
        batch_id: optional(anyText),
        query_id: optional(anyText),
        message_type: optional(anyText),
        delivery: optional(anyText),
        accepted_as: optional(anyText),
        position: optional(cursor),
      }),
    ),
  }).json,
  observed: object<ObservedMessage>({
    message_type: literal('observed'),
    events: arrayOf(wireEvent),
    next: cursor,
  }).json,
  drained: object<DrainedMessage>({ message_type: literal('drained') }).json,
  recalled: object<RecalledMessage>({ message_type: literal('recalled') }).json,
  progress: object<ProgressMessage>({ message_type: literal('progress'), acknowledged: cursor, head: cursor })
    .json,
};
