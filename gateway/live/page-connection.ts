import type { Clock } from '../../common/clock.js';
import { LIVE_CLOSE } from '../../common/pages/live.js';
import type { Access, Caller } from '../auth/access.js';
import { Problem } from '../problem.js';
import type { Settings } from '../settings.js';
import { CLOSE, type FrameHandler } from './client-socket.js';
import type { Unwatch } from './hub.js';
import { TIMER_MS_MAX } from './timer.js';

/** Tells a page one update; `text` is the frame. */
export type Tell = (cursor: number, text: string) => void;

/** What `begun` hears: the topic's newest cursor, where it is known. */
export type Begun = (head?: number) => void;

/**
 * Opens a topic of the pages for a caller; throws Problem if there is none for them. `begun` before the first update; `ended` when nothing more can be told for now.
 */
export type OpenTopic = (
  topic: string,
  after: number | undefined,
  caller: Caller,
  tell: Tell,
  begun: Begun,
  ended: (problem: Problem) => void,
) => Promise<Unwatch>;

export interface PageConnectionParts {
  readonly access: Access;
  readonly open: OpenTopic;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** a mistake of ours */
  readonly failed: (error: unknown) => void;
}

interface Subscription {
  /** of the last update that was sent or of the beginning; undefined if nobody knows that */
  cursor: number | undefined;
  unwatch: Unwatch | undefined;
  /** `subscribed` was said */
  confirmed: boolean;
}

/**
 * One page's `WS /api/live` (common/pages/live.ts). It owns who the page is and what it has subscribed.
 *
 * Nothing is sent of a topic before its `subscribed`, and nothing after `expired` until the page has shown a new token; then each
 * topic goes on after the last cursor that was sent.
 */
export class PageConnection implements FrameHandler {
  readonly #subscriptions = new Map<string, Subscription>();
  #caller: Caller | undefined;
  #paused = false;
  #closed = false;
  #timer: NodeJS.Timeout;
  /** what pages say is done in the order in which they say it */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PageConnectionParts) {
    this.#timer = this.#deadline();
  }

  frame(fields: Readonly<Record<string, unknown>>): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#hear(fields))
      .catch((error) => this.#refuse(error, fields.topic));
    return this.#turn;
  }

  unreadable(): void {
    this.parts.close(CLOSE.badFrame, 'a frame must be a JSON object');
  }

  closed(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { unwatch } of this.#subscriptions.values()) unwatch?.();
    this.#subscriptions.clear();
  }

  async #hear(fields: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.#closed) return;
    const { type, topic, after } = fields;
    if (type === 'hello') return this.#hello(fields);
    if (type !== 'subscribe' && type !== 'unsubscribe')
      throw new Problem('bad_request', 'type must be hello, subscribe or unsubscribe.', { field: 'type' });
    if (typeof topic !== 'string')
      throw new Problem('bad_request', 'topic must be a text.', { field: 'topic' });
    if (type === 'unsubscribe') return this.#unsubscribe(topic);
    if (after !== undefined && !isCursor(after))
      throw new Problem('bad_request', 'after must be a whole number, -1 or more.', { field: 'after' });
    if (this.#caller === undefined || this.#paused)
      throw new Problem('unauthorized', 'Say hello with a good token first.');
    await this.#subscribe(topic, after);
  }

  async #hello(said: Readonly<Record<string, unknown>>): Promise<void> {
    const caller = await this.parts.access.hello(said);
    if (this.#closed) return;
    if (this.#caller !== undefined && this.#caller.username !== caller.username) {
      this.parts.close(LIVE_CLOSE.signedOut, 'another user');
      return;
    }
    this.#caller = caller;
    clearTimeout(this.#timer);
    this.#send({ type: 'ready' });
    if (caller.expiresAt !== undefined)
      this.#timer = setTimeout(
        () => this.#expire(),
        Math.min(caller.expiresAt - this.parts.clock.now(), TIMER_MS_MAX),
      );
    if (!this.#paused) return;
    this.#paused = false;
    for (const [topic, subscription] of this.#subscriptions)
      await this.#open(topic, subscription).catch((error) => this.#refuse(error, topic));
  }

  #expire(): void {
    this.#paused = true;
    for (const subscription of this.#subscriptions.values()) {
      subscription.unwatch?.();
      subscription.unwatch = undefined;
    }
    this.#send({ type: 'expired' });
    this.#timer = this.#deadline();
  }

  #deadline(): NodeJS.Timeout {
    return setTimeout(() => this.parts.close(LIVE_CLOSE.signedOut, 'no hello'), this.parts.settings.helloMs);
  }

  async #subscribe(topic: string, after: number | undefined): Promise<void> {
    this.#unsubscribe(topic);
    if (this.#subscriptions.size >= this.parts.settings.topicsPerSocket)
      throw new Problem('too_large', `One page may watch ${this.parts.settings.topicsPerSocket} topics.`);
    const subscription: Subscription = { cursor: after, unwatch: undefined, confirmed: false };
    this.#subscriptions.set(topic, subscription);
    try {
      await this.#open(topic, subscription);
    } catch (error) {
      this.#subscriptions.delete(topic);
      throw error;
    }
  }

  async #open(topic: string, subscription: Subscription): Promise<void> {
    const tell: Tell = (cursor, text) => {
      subscription.cursor = cursor;
      this.parts.send(text);
    };
    const ended = (problem: Problem) => {
      if (this.#subscriptions.get(topic) !== subscription) return;
      this.#unsubscribe(topic);
      this.#refuse(problem, topic);
    };
    // From where it begins it goes on, also if nothing was told before the token ran out.
    const begun: Begun = (head) => {
      subscription.cursor ??= head;
      if (!subscription.confirmed)
        this.#send({ type: 'subscribed', topic, ...(head !== undefined && { head }) });
      subscription.confirmed = true;
    };
    const unwatch = await this.parts.open(topic, subscription.cursor, this.#caller!, tell, begun, ended);
    // It may have been given up while it was opened.
    if (this.#closed || this.#paused || this.#subscriptions.get(topic) !== subscription) unwatch();
    else subscription.unwatch = unwatch;
  }

  #unsubscribe(topic: string): void {
    this.#subscriptions.get(topic)?.unwatch?.();
    this.#subscriptions.delete(topic);
  }

  #refuse(error: unknown, topic: unknown): void {
    if (!(error instanceof Problem)) this.parts.failed(error);
    const { code, message } = error instanceof Problem ? error : new Problem('internal');
    this.#send({ type: 'error', code, message, ...(typeof topic === 'string' && { topic }) });
  }

  #send(message: object): void {
    this.parts.send(JSON.stringify(message));
  }
}

function isCursor(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= -1;
}
