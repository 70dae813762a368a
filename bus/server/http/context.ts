import type { Clock } from '../../../common/clock.js';
import type { ErrorCode } from '../../../common/errors.js';
import type { Logger } from '../../../common/log.js';
import type { Limits } from '../../../common/protocol/limits.js';
import type { CoreViews } from '../../core/types.js';
import type { EventStore } from '../../store/event-store.js';
import type { Operators } from '../operators.js';
import type { PageReader } from '../pages.js';
import type { Rates } from '../rates.js';
import type { Rights } from '../rights.js';
import type { ServerSettings } from '../settings.js';
import type { LogCounter } from '../totals/log-counter.js';
import type { EventStreams } from './event-streams.js';

/** What the HTTP side sees of the bus. It reads; only the operators' decisions change anything. */
export interface HttpContext {
  readonly views: CoreViews;
  readonly store: EventStore;
  readonly pages: PageReader;
  readonly operators: Operators;
  readonly rights: Rights;
  readonly streams: EventStreams;
  readonly counter: LogCounter;
  readonly rates: Rates;
  readonly limits: Limits;
  readonly settings: ServerSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly logId: string;
  /** position of the newest durable event */
  readonly head: () => number;
  /** Gives an instance nothing new (as if it had said `drain`); false if there is no such session. */
  readonly drain: (sessionId: number) => boolean;
  /** why the bus does not take work now; undefined if it does */
  readonly unready: () => { readonly code: ErrorCode; readonly message: string } | undefined;
  /** events judged since the bus started */
  readonly judged: () => { readonly accepted: number; readonly refused: number };
  /** Prometheus text and its content type */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}
