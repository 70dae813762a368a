/** What the Time page asks for. The past does not change: what was read of it stays. */
import { queryOptions } from '@tanstack/react-query';
import type { Json } from '../../../common/protocol/messages.js';
import type { ApiClient } from '../../api/client.js';
import { ask, headOf } from '../reads.js';

/** What a service's GET route would have answered. */
export interface StateAt {
  readonly status: number;
  readonly body: Json;
}

/** The end of the log when the page was opened: a slider whose end moves cannot be held. */
export function headNowRead(api: ApiClient) {
  return queryOptions({ queryKey: ['head'], gcTime: 0, queryFn: ({ signal }) => headOf(api, signal) });
}

export function stateRead(api: ApiClient, asked: { service: string; path: string } | undefined, at: number) {
  return queryOptions({
    queryKey: ['time', asked?.service, asked?.path, at],
    enabled: asked !== undefined,
    queryFn: ({ signal }) => ask<StateAt>(api, '/time', { ...asked, at }, signal),
  });
}

/** A position in an address, within the log; `otherwise` for what is none. */
export function pointOf(text: string | undefined, head: number, otherwise: number): number {
  const point = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise;
  return Math.min(point, head);
}
