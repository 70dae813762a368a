import type { HostFunction } from '../lua/vm.js';
import { handlerOf } from './context.js';

/** The global `time`: the handler's own instant, the same in a re-run and in a rebuild. */
export function timeApi(): Readonly<Record<string, HostFunction>> {
  return {
    /** Unix seconds, whole */
    now: (context) => Math.floor(handlerOf(context).now / 1000),
    /** RFC 3339 with milliseconds, UTC */
    iso: (context) => new Date(handlerOf(context).now).toISOString(),
  };
}
