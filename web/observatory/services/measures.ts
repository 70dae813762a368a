/** What an operator wants to know of a service at a glance. Pure. */
import type { InstanceHealth, InstanceStatus, ServiceStatus } from '../../../common/pages/operator.js';

/** Seconds until what is owed is handled at the present rate; undefined while nothing moves. */
export function secondsOwed({ owed, acknowledged_per_second }: ServiceStatus): number | undefined {
  if (owed === 0) return 0;
  return acknowledged_per_second > 0 ? owed / acknowledged_per_second : undefined;
}

export interface Warning {
  readonly tone: 'warn' | 'bad' | 'info';
  readonly text: string;
}

/** What is wrong with it, the worst first; nothing if all is well. */
export function warningsOf(service: ServiceStatus, health: readonly InstanceHealth[]): Warning[] {
  const own = health.filter(({ client_type }) => client_type === service.client_type);
  const away = own.filter(({ healthy }) => !healthy);
  const rebuilding = away.filter(({ reason }) => isRebuild(reason));
  const warnings: (Warning | false)[] = [
    service.instances.length === 0 && { tone: 'bad', text: 'No instance: what it is owed waits' },
    service.parked > 0 && { tone: 'bad', text: `${service.parked} parked` },
    away.length > rebuilding.length && {
      tone: 'warn',
      text: `${away.length - rebuilding.length} not healthy`,
    },
    rebuilding.length > 0 && { tone: 'info', text: `Rebuilding: ${rebuilding[0]!.reason}` },
    subscriptionWarning(service),
    service.instances.length > 0 &&
      service.owed > 0 &&
      service.acknowledged_per_second === 0 &&
      (service.oldest_age_ms ?? 0) > STANDSTILL_MS && { tone: 'warn', text: 'Nothing moves' },
  ];
  return warnings.filter((warning) => warning !== false);
}

/** Another registration has taken types out of what it wants: they are owed to it no more. */
function subscriptionWarning({ subscription_changed: changed }: ServiceStatus): Warning | false {
  if (changed === undefined || changed.dropped.length === 0) return false;
  return { tone: 'warn', text: `Gets no ${changed.dropped.join(', ')} any more` };
}

/** How the gateway finds an instance, if it knows it. */
export function healthOf(
  { http_address }: InstanceStatus,
  health: readonly InstanceHealth[],
): InstanceHealth | undefined {
  return health.find(({ url }) => url.replace(/^https?:\/\//, '') === http_address);
}

export function isRebuild(reason: string | undefined): boolean {
  return /rebuild/i.test(reason ?? '');
}

/** Who has waited this long for something that nobody handles is worth a look. */
const STANDSTILL_MS = 10_000;

/** `12 s`, `3 min`, `250 ms`: a length of time for a cell of a table. */
export function lengthOf(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
