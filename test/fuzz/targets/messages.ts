import { ALL_FEATURES } from '../../../bus/server/testing/raw-client.js';

/** Right messages of every type, with every field and without: what mutation begins with. */
const event = {
  event_type: 'T',
  consistency: { key: 'k' },
  correlation_id: 1,
  data: { amount: 3, note: 'x', list: [1, { a: 5 }] },
};
const full = {
  ...event,
  consistency: { key: 'k', value: 0, seen: -1 },
  correlation: '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
  causation: 'log-1',
};

export const MESSAGES = [
  { message_type: 'register', client_type: 'fuzzed', event_types: ['T'] },
  {
    message_type: 'register',
    client_type: 'fuzzed',
    event_types: ['*'],
    features: [...ALL_FEATURES],
    instance: {
      id: 'i',
      http_address: 'http://localhost:1',
      script: 'a.lua',
      version: '1',
      routes: [{ method: 'GET', pattern: '/' }],
    },
    max_in_flight: 5,
    token: 't',
  },
  { message_type: 'new', events: [event] },
  { message_type: 'new', events: [event, { ...event, consistency: { key: 'k2', value: '*' } }] },
  { message_type: 'new', events: [full, full], batch_id: 'b', atomic: true, acknowledges: '1.1' },
  { message_type: 'ack', consistency: { key: 'k', value: 0 } },
  { message_type: 'ack', delivery: '1.1' },
  { message_type: 'ack', deliveries: ['1.1', '1.2'] },
  {
    message_type: 'nack',
    delivery: '1.1',
    error: { message: 'm', traceback: 't', script: 's', version: 'v' },
    retry: true,
  },
  { message_type: 'query', event_types: ['*'], since: '*' },
  {
    message_type: 'query',
    event_types: ['T'],
    since: '2026-01-31T12:00:00Z',
    after: '0',
    until: '2026-01-31T12:00:00Z',
    key: 'k',
    correlation: '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
    session_id: 1,
    limit: 10,
    acknowledged_only: true,
    query_id: 'q',
  },
  { message_type: 'observe', event_types: ['*'], keys: ['k'], after: '0' },
  { message_type: 'drain' },
  { message_type: 'recall' },
];
