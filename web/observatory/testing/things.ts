/** Events for the tests of the observatory: what a test does not say is plain. */
import type { BusEvent, InstanceStatus, ParkedEvent, ServiceStatus } from '../../../common/pages/operator.js';

interface Said extends Partial<Omit<BusEvent, 'position' | 'consistency'>> {
  key?: string;
  value?: number;
  /** milliseconds after the beginning */
  at?: number;
}

const BEGINNING = Date.UTC(2026, 10, 21, 12);

export function event(
  position: number,
  { key = 'acc-1', value = position, at = 0, ...said }: Said = {},
): BusEvent {
  const time = new Date(BEGINNING + at);
  return {
    event_type: 'ConfirmedCredit',
    consistency: { key, value },
    correlation_id: 1,
    correlation: '01a1fe50-0000-7000-8000-00000000abcd',
    data: {},
    sender: 'accounts',
    session_id: 1,
    timestamp: time.toUTCString(),
    timestamp_raw: Math.floor(time.getTime() / 1000),
    event_id: `log-${position}`,
    position: String(position),
    time: time.toISOString(),
    ...said,
  };
}

export function service(said: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    client_type: 'accounts',
    event_types: ['ConfirmedCredit'],
    owed: 0,
    oldest_age_ms: null,
    acknowledged: '0',
    parked: 0,
    redelivered: 0,
    in_flight: 0,
    acknowledged_per_second: 0,
    instances: [instance()],
    ...said,
  };
}

export function instance(said: Partial<InstanceStatus> = {}): InstanceStatus {
  return {
    session_id: 1,
    keys: 0,
    in_flight: 0,
    acknowledged_count: 0,
    acknowledged_per_second: 0,
    draining: false,
    since: '2026-11-21T12:00:00.000Z',
    ...said,
  };
}

export function parked(position: number, message: string, said: Partial<ParkedEvent> = {}): ParkedEvent {
  return {
    id: `accounts:${position}`,
    client_type: 'accounts',
    error: { message },
    attempts: 5,
    first_failure: '2026-11-21T12:00:00.000Z',
    parked_at: '2026-11-21T12:00:05.000Z',
    event: event(position),
    ...said,
  };
}
