/**
 * The operators' addresses of a small system, for the stand-in gateway: a transfer and a deposit, a refused attempt, a parked event, a
 * service with two instances and one with none. In the shapes of common/pages/operator.ts.
 */
import type { BusEvent, ParkedEvent, ServiceStatus } from '../../common/pages/operator.js';
import { type Fault, problem } from './stand-in.js';

export const TRACE = '01a1fe50-0000-7000-8000-00000000cafe';
const OTHER = '01a1fe50-0000-7000-8000-00000000beef';
const BEGINNING = Date.UTC(2026, 10, 21, 12);

type Said = Pick<BusEvent, 'event_type' | 'sender' | 'data'> &
  Partial<BusEvent> & { key: string; value: number; at?: number };

/** An event as the bus gives it, at a position. */
export function eventAt(position: number, { key, value, at = 0, ...said }: Said): BusEvent {
  const time = new Date(BEGINNING + at);
  return {
    consistency: { key, value },
    correlation_id: 51_966,
    correlation: TRACE,
    session_id: 4_194_305,
    timestamp: time.toUTCString(),
    timestamp_raw: Math.floor(time.getTime() / 1000),
    event_id: `log-${position}`,
    position: String(position),
    time: time.toISOString(),
    ...said,
  };
}

const BATCH = { sender: 'accounts', causation: 'log-2', batch_id: 'batch-1', at: 34 };
export const EVENTS: readonly BusEvent[] = [
  eventAt(1, {
    event_type: 'ConfirmedCredit',
    sender: 'accounts',
    key: 'acc-1',
    value: 0,
    data: { id: 1, amount: 50_000, note: 'Deposit to 1' },
    correlation: OTHER,
  }),
  eventAt(2, {
    event_type: 'PendingTransaction',
    sender: 'transactions',
    key: 'trans-1',
    value: 0,
    data: { id: 1, fromAccountId: 1, toAccountId: 2, amount: 8000 },
  }),
  eventAt(3, {
    ...BATCH,
    event_type: 'AcceptedTransaction',
    key: 'trans-1',
    value: 1,
    data: { amount: 8000 },
  }),
  eventAt(4, {
    ...BATCH,
    event_type: 'ConfirmedDebit',
    key: 'acc-1',
    value: 1,
    data: { id: 1, amount: 8000 },
  }),
  eventAt(5, {
    ...BATCH,
    event_type: 'ConfirmedCredit',
    key: 'acc-2',
    value: 0,
    data: { id: 2, amount: 8000 },
  }),
  eventAt(6, {
    event_type: 'UserCredentialSet',
    sender: 'users',
    key: 'user-ada',
    value: 0,
    data: null,
    masked: true,
    correlation: OTHER,
  }),
];

const PARKED: ParkedEvent = {
  id: 'loyalty:3',
  client_type: 'loyalty',
  error: {
    message: 'loyalty.lua:12: attempt to index a nil value',
    traceback: 'stack traceback:\n\tloyalty.lua:12: in handler',
    script: 'loyalty.lua',
    version: 'a869ea559f18',
  },
  attempts: 5,
  first_failure: '2026-11-21T12:00:01.000Z',
  parked_at: '2026-11-21T12:00:06.000Z',
  event: EVENTS[2]!,
};

export const SERVICES: readonly ServiceStatus[] = [
  {
    client_type: 'accounts',
    event_types: ['PendingTransaction', 'ConfirmedCredit', 'ConfirmedDebit'],
    owed: 0,
    oldest_age_ms: null,
    acknowledged: '6',
    parked: 0,
    redelivered: 1,
    in_flight: 0,
    acknowledged_per_second: 12.5,
    instances: [instance(4_194_305, 'localhost:5003'), instance(4_194_306, 'localhost:5013')],
  },
  {
    client_type: 'loyalty',
    event_types: ['AcceptedTransaction'],
    owed: 1,
    oldest_age_ms: 61_000,
    acknowledged: '2',
    parked: 1,
    redelivered: 4,
    in_flight: 0,
    acknowledged_per_second: 0,
    instances: [],
  },
];

function instance(session_id: number, http_address: string) {
  return {
    http_address,
    script: 'accounts.lua',
    version: '43a491dc03e4',
    routes: [{ method: 'GET', pattern: '/account/{id}' }],
    session_id,
    keys: 3,
    in_flight: 0,
    acknowledged_count: 120,
    acknowledged_per_second: 6.2,
    draining: false,
    since: '2026-11-21T11:00:00.000Z',
  };
}

const EMPTY = {
  totals: { head: '0', judged: { accepted: 0, refused: 0 }, totals: [] },
  events: { events: [] },
  keys: { keys: [] },
  services: { services: [] },
  parked: { parked: [] },
  skips: { skips: [] },
};

/** Answers in place of the stand-in's own; nothing for what is not an operator's address. `empty`: a system in which nothing has happened. */
export function operatorAnswers({ empty = false } = {}): Fault {
  const last_of_type = { ConfirmedCredit: 0, ConfirmedDebit: 1 };
  const full: Record<string, unknown> = {
    totals: { head: '6', judged: { accepted: 6, refused: 2 }, totals: [] },
    events: { events: EVENTS },
    keys: { keys: [{ key: 'acc-1', head: 1, last_of_type }] },
    'keys/acc-1': {
      key: 'acc-1',
      head: 1,
      last_of_type,
      holders: [{ client_type: 'accounts', session_id: 4_194_305 }],
      refused: [
        {
          after_value: 0,
          time: '2026-11-21T12:00:00.020Z',
          event_type: 'ConfirmedDebit',
          expect: 0,
          sender: 'accounts',
          session_id: 4_194_306,
        },
      ],
      events: EVENTS.filter(({ consistency }) => consistency.key === 'acc-1'),
    },
    [`correlations/${TRACE}`]: { events: EVENTS.filter(({ correlation }) => correlation === TRACE) },
    [`correlations/${OTHER}`]: { events: EVENTS.filter(({ correlation }) => correlation === OTHER) },
    services: { services: SERVICES },
    parked: { parked: [PARKED] },
    skips: { skips: [{ id: 'loyalty:1', reason: 'Not for us', time: '2026-11-21T12:00:00.000Z' }] },
    time: { status: 200, body: { id: 1, balance: 42_000 } },
    populate: { state: 'running', done: 40, total: 100 },
    ...Object.fromEntries(EVENTS.map((event) => [`events/${event.position}`, event])),
  };
  const answers: Record<string, unknown> = empty ? EMPTY : full;
  return (method, path) => {
    const [, what] = /^\/api\/operator\/(.+)$/.exec(path) ?? [];
    if (what === undefined) return undefined;
    const body = answers[decodeURIComponent(what)];
    if (method === 'POST') return { status: 200, body: {} };
    return body === undefined ? problem(404, 'not_found', 'There is no such thing.') : { status: 200, body };
  };
}
