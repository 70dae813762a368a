import type { BusMessage, ClientMessage, EventMessage, WireEvent } from '../messages.js';

/** One message of every type with every field there is: what the tests of schemas and codec take apart. */
type Samples<Message extends { message_type: string }> = {
  [Type in Message['message_type']]: Required<Extract<Message, { message_type: Type }>>;
};

export const CLIENT_SAMPLES: Samples<ClientMessage> = {
  register: {
    message_type: 'register',
    client_type: 'accounts',
    event_types: ['PendingTransaction', 'AccountCreated'],
    features: ['batch', 'errors'],
    instance: {
      id: 'accounts-1',
      http_address: 'localhost:5003',
      script: 'accounts.lua',
      version: '3f2a',
      routes: [{ method: 'GET', pattern: '/account/{id}' }],
    },
    max_in_flight: 16,
    token: 'secret',
    reader: false,
  },
  new: {
    message_type: 'new',
    events: [
      {
        event_type: 'ConfirmedDebit',
        consistency: { key: 'acc-7', value: 3, seen: 2 },
        correlation_id: 4_294_967_295,
        data: '{"amount":5.0}',
        correlation: '01994d00-0000-7000-8000-0000ffffffff',
        causation: 'log-12',
      },
    ],
    batch_id: 'batch-1',
    once: 'request-1',
    atomic: true,
    acknowledges: '4194305.1',
  },
  ack: {
    message_type: 'ack',
    consistency: { key: 'acc-7', value: '3' },
    delivery: '4194305.1',
    deliveries: ['4194305.1', '4194305.2'],
  },
  nack: {
    message_type: 'nack',
    delivery: '4194305.1',
    error: { message: 'broken', traceback: 'at line 1', script: 'accounts.lua', version: '3f2a' },
    retry: true,
    contended: ['acc-8'],
    applied: true,
  },
  query: {
    message_type: 'query',
    event_types: ['*'],
    since: '2026-01-31T12:00:00Z',
    after: '12',
    until: '2026-02-01T12:00:00.5+01:00',
    key: 'acc-7',
    correlation: '01994d00-0000-7000-8000-0000ffffffff',
    session_id: 4_194_305,
    limit: 100,
    acknowledged_only: true,
    without_skipped: true,
    query_id: 'query-1',
  },
  observe: { message_type: 'observe', event_types: ['ConfirmedDebit'], keys: ['acc-7'], after: '0' },
  drain: { message_type: 'drain' },
  recall: { message_type: 'recall' },
};

const EVENT: Required<EventMessage> = {
  message_type: 'event',
  event_type: 'ConfirmedDebit',
  consistency: { key: 'acc-7', value: 3 },
  correlation_id: 4_294_967_295,
  data: '{"amount":5.0,"big":12345678901234567890}',
  sender: 'accounts',
  session_id: 4_194_305,
  timestamp: 'Sun, 01 Nov 2026 09:05:07 +0000',
  timestamp_raw: 1_793_523_907,
  event_id: 'log-13',
  position: '13',
  correlation: '01994d00-0000-7000-8000-0000ffffffff',
  causation: 'log-12',
  time: '2026-11-01T09:05:07.080Z',
  delivery: '4194306.1',
  attempt: 1,
  batch_id: 'batch-1',
};

export const BUS_SAMPLES: Omit<Samples<BusMessage>, 'event' | 'rebuild'> & {
  event: Required<EventMessage>;
  rebuild: Required<Extract<BusMessage, { message_type: 'rebuild'; events: WireEvent[] }>>;
} = {
  registration: {
    message_type: 'registration',
    client_type: 'accounts',
    event_types: ['*'],
    session_id: 4_194_305,
    features: ['batch'],
    acknowledged: '12',
    head: '13',
    log_id: 'log',
  },
  event: EVENT,
  events: { message_type: 'events', events: [EVENT, { ...EVENT, data: 'null' }] },
  receipt: {
    message_type: 'receipt',
    receipts: [
      { checksum: 'ab', status: 'success', key: 'acc-7', value: 3, position: '13', contested: true },
    ],
    sender: 'accounts',
    timestamp: 'Sun, 01 Nov 2026 09:05:07 +0000',
    batch_id: 'batch-1',
  },
  rebuild: {
    message_type: 'rebuild',
    events: [{ ...EVENT, message_type: 'rebuild' }],
    query_id: 'query-1',
    next: '13',
    head: '20',
  },
  error: {
    message_type: 'error',
    code: 'fenced',
    message: 'too late',
    about: { batch_id: 'batch-1', query_id: 'query-1', message_type: 'new', delivery: '4194305.1' },
  },
  observed: { message_type: 'observed', events: [EVENT], next: '13' },
  drained: { message_type: 'drained' },
  recalled: { message_type: 'recalled' },
  progress: { message_type: 'progress', acknowledged: '12', head: '13' },
};
