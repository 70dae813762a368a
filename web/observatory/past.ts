/** What a service would have answered at a point of the log. The past does not change: what was read of it stays. */
import { queryOptions } from '@tanstack/react-query';
import type { TimeTravel } from '../../common/pages/operator.js';
import type { Json } from '../../common/protocol/messages.js';
import type { ApiClient } from '../api/client.js';
import { ask } from './reads.js';

/** null: before the first event, where there is no state to ask. */
export type Past = TimeTravel | null;

/** A GET route of a service. */
export interface Asked {
  readonly service: string;
  readonly path: string;
}

/** `at`: the position up to which the state holds every event; 0 is before everything. */
export function pastRead(api: ApiClient, asked: Asked | undefined, at: number) {
  return queryOptions({
    queryKey: ['past', asked?.service, asked?.path, at],
    enabled: asked !== undefined,
    queryFn: ({ signal }): Promise<Past> =>
      at === 0 ? Promise.resolve(null) : ask<TimeTravel>(api, '/time', { ...asked, at }, signal),
  });
}

/** The thing itself; undefined where it was not there yet, which a service says by refusing. */
export function thingIn(past: Past): Json | undefined {
  return past === null || past.status >= 400 ? undefined : past.body;
}
