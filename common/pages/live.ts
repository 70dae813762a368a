/**
 * `WS /api/live`: one connection per page for everything that changes by itself. One JSON object per text frame.
 *
 * The first frame is `hello`; nothing else is taken before `ready`. A topic that is subscribed `after` a cursor brings every
 * update above it exactly once, in order; without `after`, what happens from then on. A page that reconnects subscribes
 * again after the highest cursor it has.
 */

import type { ErrorCode } from '../errors.js';
import type { StatementEntry, TransferStatus } from './bank.js';
import type { BusEvent, ParkedList, Populating, ServicesNow } from './operator.js';

/** What a page may say. */
export type LiveRequest =
  /** who it is; sent again with a fresh token it renews the connection. `user` where the mode has no sign-in */
  | { readonly type: 'hello'; readonly access: string }
  | { readonly type: 'hello'; readonly user: string }
  | { readonly type: 'subscribe'; readonly topic: LiveTopic; readonly after?: number }
  | { readonly type: 'unsubscribe'; readonly topic: LiveTopic };

/** What the gateway says. */
export type LiveMessage =
  | { readonly type: 'ready' }
  /** in force; followed by what `after` has missed. `head`: the topic's newest cursor, where it is known, so that a page can say how far behind it is */
  | { readonly type: 'subscribed'; readonly topic: LiveTopic; readonly head?: number }
  | LiveUpdate
  | {
      readonly type: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly topic?: string;
    }
  /** the token has run out: nothing more comes until a new `hello`; subscriptions are kept meanwhile for a short time */
  | { readonly type: 'expired' };

export type LiveUpdate = {
  readonly [Topic in LiveTopic]: {
    readonly type: 'update';
    readonly topic: Topic;
    /** grows along a topic; for `events` the position of the last event, for `services`, `parked` and `populate` a count of this connection */
    readonly cursor: number;
    readonly data: LiveData<Topic>;
  };
}[LiveTopic];

/** `events`, `services`, `parked` and `populate` are for operators only. The others concern what is the caller's own. */
export type LiveTopic =
  | `account:${number}`
  | 'user'
  | `transfer:${number}`
  | 'events'
  | 'services'
  | 'parked'
  | 'populate';

export type LiveData<Topic extends LiveTopic> = Topic extends `account:${number}`
  ? StatementEntry
  : Topic extends 'user'
    ? AccountOpened
    : Topic extends `transfer:${number}`
      ? TransferVerdict
      : Topic extends 'events'
        ? readonly BusEvent[]
        : Topic extends 'services'
          ? ServicesNow
          : Topic extends 'parked'
            ? ParkedList
            : Populating;

/** An account of the caller's was made; the cursor is how many there are with it. */
export interface AccountOpened {
  readonly request_id: string;
  readonly account_id: number;
}

export interface TransferVerdict {
  readonly id: number;
  readonly status: TransferStatus;
  readonly reason?: string;
}

/** Close codes of `/api/live` beside those of RFC 6455. */
export const LIVE_CLOSE = {
  /** no `hello` in time, or no new one after `expired` */
  signedOut: 4401,
  /** the page does not read; connect again and resume */
  slowReader: 1013,
  /** the gateway stops; connect again and resume */
  stopping: 1001,
} as const;
