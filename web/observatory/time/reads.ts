/** Points of the log, for the Time page. */
import { queryOptions } from '@tanstack/react-query';
import type { EventPage } from '../../../common/pages/operator.js';
import type { ApiClient } from '../../api/client.js';
import { ask, headOf } from '../reads.js';

/** The end of the log when the page was opened: a slider whose end moves cannot be held. */
export function headNowRead(api: ApiClient) {
  return queryOptions({ queryKey: ['head'], gcTime: 0, queryFn: ({ signal }) => headOf(api, signal) });
}

/** A position in an address, within the log; `otherwise` for what is none. */
export function pointOf(text: string | undefined, head: number, otherwise: number): number {
  const point = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
  return Math.min(point, head);
}

/** Position of the newest event that was accepted until then (Unix milliseconds); 0 if there was none. */
export async function positionAt(api: ApiClient, time: number): Promise<number> {
  const until = new Date(time).toISOString();
  const { events } = await ask<EventPage>(api, '/events', { until, order: 'newest', limit: 1 });
  return Number(events[0]?.position ?? 0);
}
