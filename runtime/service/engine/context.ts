import type { Json } from '../../../common/protocol/messages.js';
import { HostError } from '../../lua/vm.js';
import type { MaybePromise } from '../../state/state-store.js';
import type { EventView, HandlerContext, SendExpect, SendRequest } from '../types.js';
import { andThen } from './maybe.js';
import type { Transaction } from './transaction.js';

/** What a handler is told about the occasion it runs on; the same in every re-run. */
export interface Occasion {
  /** Unix ms */
  readonly now: number;
  /** UUID text */
  readonly correlation: string;
  /** event id of the event being handled */
  readonly causation: string | undefined;
  /** of the event being handled, in its key; absent where there is no event */
  readonly value?: number;
}

export function eventOccasion({ time, correlation, eventId, value }: EventView): Occasion {
  return { now: time, correlation, causation: eventId, value };
}

/** A buffered send. `data` is parsed JSON, as it will be written. */
export interface Send {
  readonly type: string;
  readonly key: string;
  readonly expect: SendExpect;
  readonly data: Json;
  readonly correlation: string;
  readonly causation: string | undefined;
}

type RunMode = Exclude<HandlerContext['mode'], 'start'>;

const RESUME_READS = 'a resume handler only reads: it tells what was published before';
const PAST_IS_READ = 'this is the state as it was, and can only be read';

/** Modes that may not write, may not send, may not draw numbers, with the reason the script's author reads. */
const NO_WRITES: Partial<Record<RunMode, string>> = {
  decision: 'a decision only reads and sends; change the state in a projection of what it sends',
  resume: RESUME_READS,
  past: PAST_IS_READ,
};
const NO_SENDS: Partial<Record<RunMode, string>> = {
  projection: 'a projection only changes state; send in a decision',
  rebuild: 'a rebuild handler only changes state: what it would send was sent long ago',
  resume: RESUME_READS,
  past: PAST_IS_READ,
};
const NO_COUNTING: Partial<Record<RunMode, string>> = {
  projection: 'a projection gives the same state every time it runs; take the number from the event',
  resume: RESUME_READS,
  past: PAST_IS_READ,
};
const NO_PUBLISHING: Partial<Record<RunMode, string>> = { resume: RESUME_READS, past: PAST_IS_READ };

/** The host's side of one handler run: checks what the mode allows, and turns values into texts. */
export class RunContext implements HandlerContext {
  readonly now: number;
  readonly correlation: string;
  readonly #causation: string | undefined;
  readonly #value: number | undefined;

  constructor(
    readonly mode: RunMode,
    private readonly transaction: Transaction,
    private readonly sends: Send[],
    occasion: Occasion,
  ) {
    this.now = occasion.now;
    this.correlation = occasion.correlation;
    this.#causation = occasion.causation;
    this.#value = occasion.value;
  }

  get(key: string): MaybePromise<Json | undefined> {
    return andThen(this.#reading().get(key), (text) => (text === undefined ? undefined : parsed(key, text)));
  }

  set(key: string, value: Json, ttlMs?: number): void {
    // Counted from the handler's own instant: a rebuilt state forgets when the lost one would have.
    const expiresAt = ttlMs === undefined ? undefined : this.now + ttlMs;
    this.#writing('set').set(key, JSON.stringify(value), expiresAt);
  }

  del(key: string): void {
    this.#writing('del').del(key);
  }

  push(key: string, value: Json): void {
    this.#writing('push').push(key, JSON.stringify(value));
  }

  raise(key: string, value: number): void {
    this.#writing('raise').raise(key, value);
  }

  increment(key: string, by: number): MaybePromise<number> {
    this.#allow('incr', NO_COUNTING);
    return this.transaction.increment(key, by);
  }

  keys(pattern: string): MaybePromise<readonly string[]> {
    return this.#reading().keys(pattern);
  }

  range(key: string, first: number, last: number): MaybePromise<readonly Json[]> {
    return andThen(this.#reading().range(key, first, last), (texts) =>
      texts.map((text) => parsed(key, text)),
    );
  }

  length(key: string): MaybePromise<number> {
    return this.#reading().length(key);
  }

  send({ type, key, expect, data, correlation }: SendRequest): void {
    this.#allow('send', NO_SENDS);
    if (typeof expect === 'number' && !(Number.isSafeInteger(expect) && expect >= 0))
      throw new HostError(`send: expect must be "seen", "any", "new" or a value from 0, not ${expect}`);
    this.sends.push({
      type,
      key,
      expect,
      data,
      correlation: correlation ?? this.correlation,
      causation: this.#causation,
    });
  }

  publish(topic: string, data: Json, cursor = this.#value): void {
    this.#allow('publish', NO_PUBLISHING);
    if (cursor === undefined)
      throw new HostError('publish: no event is being handled here that could give a cursor; name one');
    this.transaction.publish({ topic, cursor, data }, this.mode);
  }

  #reading(): Transaction {
    this.transaction.assertOpen();
    return this.transaction;
  }

  #writing(verb: string): Transaction {
    this.#allow(verb, NO_WRITES);
    return this.transaction;
  }

  #allow(verb: string, forbidden: Partial<Record<RunMode, string>>): void {
    this.transaction.assertOpen();
    const reason = forbidden[this.mode];
    if (reason !== undefined) throw new HostError(`${verb}: ${reason}`);
  }
}

/** @throws HostError if it is none of the texts that `set` and `push` write */
function parsed(key: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new HostError(`what the state holds under "${key}" is not JSON: ${(error as Error).message}`);
  }
}
