/**
 * The operators' addresses of a small system, for the stand-in gateway: a transfer and a deposit, a refused attempt, a parked event, a
 * service with two instances and one with none. In the shapes of common/pages/operator.ts.
 */
import type {
  BusEvent,
  Counted,
  EventPage,
  ParkedEvent,
  ServiceStatus,
  TimeTravel,
} from '../../common/pages/operator.js';
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

export const PARKED: ParkedEvent = {
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

const COUNTED: Counted = { counted: '6', head: '6' };
const NONE_COUNTED: Counted = { counted: '0', head: '0' };

function countsOf(events: readonly BusEvent[]) {
  return events.map(({ event_type, sender }) => ({ event_type, sender, count: 1 }));
}

const EMPTY = {
  totals: { head: '0', judged: { accepted: 0, refused: 0 }, totals: [] },
  events: { events: [] },
  keys: { keys: [] },
  services: { services: [] },
  'totals/hours': { ...NONE_COUNTED, hours: [] },
  'totals/traces': { ...NONE_COUNTED, traces: [] },
  'totals/money': { ...NONE_COUNTED, paid_in: 0, paid_out: 0, refunded: 0, debited: 0, credited: 0 },
  parked: { parked: [], total: 0 },
  skips: { skips: [] },
};

/** As the bus pages: after a position oldest first, or before one newest first. */
function eventsOf(query: URLSearchParams): EventPage {
  const number = (name: string, otherwise: number) => Number(query.get(name) ?? otherwise);
  const [types, key] = [query.get('event_types')?.split(','), query.get('key')];
  const found = EVENTS.filter(
    ({ position, event_type, consistency }) =>
      Number(position) > number('after', 0) &&
      Number(position) < number('before', Number.POSITIVE_INFINITY) &&
      (types === undefined || types.includes(event_type)) &&
      (key === null || consistency.key === key),
  );
  const ordered = query.get('order') === 'newest' ? found.toReversed() : found;
  return { events: ordered.slice(0, number('limit', 1000)) };
}

/** Account 1 as it was, which is not there before its first event. */
function time(query: URLSearchParams): TimeTravel {
  const at = Number(query.get('at'));
  const own = EVENTS.filter(
    ({ position, consistency }) => Number(position) <= at && consistency.key === 'acc-1',
  );
  const balance = own.reduce((sum, { event_type, data }) => {
    const { amount } = data as { amount: number };
    return sum + (event_type === 'ConfirmedCredit' ? amount : -amount);
  }, 0);
  const past = { position: String(at), status: 200, body: { id: 1, balance } };
  return own.length === 0 ? { ...past, status: 404, body: { error: 'no such account' } } : past;
}

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
    parked: { parked: [PARKED], total: 1 },
    skips: { skips: [{ id: 'loyalty:1', reason: 'Not for us', time: '2026-11-21T12:00:00.000Z' }] },
    populate: { state: 'running', done: 40, total: 100, rate: 20 },
    'totals/hours': { ...COUNTED, hours: [{ hour: '2026-11-21T12:00:00Z', counts: countsOf(EVENTS) }] },
    'totals/traces': { ...COUNTED, traces: [{ correlation: TRACE, ms: 34, events: 4 }] },
    'totals/money': {
      ...COUNTED,
      paid_in: 50_000,
      paid_out: 0,
      refunded: 0,
      debited: 8000,
      credited: 8000,
    },
    ...Object.fromEntries(EVENTS.map((event) => [`events/${event.position}`, event])),
  };
  const answers: Record<string, unknown> = empty ? EMPTY : full;
  const asked: Record<string, (query: URLSearchParams) => unknown> = empty ? {} : { events: eventsOf, time };
  return (method, path, query) => {
    const [, what] = /^\/api\/operator\/(.+)$/.exec(path) ?? [];
    if (what === undefined) return undefined;
    const body = asked[what]?.(query) ?? answers[decodeURIComponent(what)];
    if (method === 'POST') return { status: 200, body: {} };
    return body === undefined ? problem(404, 'not_found', 'There is no such thing.') : { status: 200, body };
  };
}
