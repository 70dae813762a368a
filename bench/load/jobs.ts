/** What a load process can be told to do, and what it answers. Times are nanoseconds of the machine's monotonic clock. */

/** `bus` and `floor` are WebSocket addresses of those two, `redis` and `nats` of such servers. */
export type Target = { readonly kind: 'bus' | 'floor' | 'redis' | 'nats'; readonly address: string };

/** How a publisher tells what it knows of the key: the exact next value, or the newest value it has seen. */
export type Knowledge = 'exact' | 'seen';

/** Publishes `events` events, numbered per key from `first`, over `keys` keys in turn; at most `inFlight` unanswered. */
export interface PublishJob {
  readonly kind: 'publish';
  readonly target: Target;
  readonly events: number;
  /** value of the first event of each key */
  readonly first?: number;
  readonly keys: number;
  readonly inFlight: number;
  /** events in one frame at most */
  readonly perFrame: number;
  /** evenly so many per second; 0 = as fast as it goes */
  readonly pacePerSecond: number;
  readonly knowledge: Knowledge;
}

/** Receives and acknowledges until `events` have come; checks that the values of every key follow each other. */
export interface ConsumeJob {
  readonly kind: 'consume';
  readonly target: Target;
  readonly events: number;
  readonly inFlight: number;
  /** event type; for `bus` only */
  readonly type: string;
}

/** For each of `events` events that come, sends an atomic batch of `outcomes` events that acknowledges it. */
export interface AnswerJob {
  readonly kind: 'answer';
  readonly target: Target;
  readonly events: number;
  readonly outcomes: number;
  readonly inFlight: number;
}

/** Pages through everything that a client type has acknowledged. */
export interface ReplayJob {
  readonly kind: 'replay';
  readonly target: Target;
  readonly events: number;
}

/** Asks the same path again and again over `connections` connections. */
export interface HttpJob {
  readonly kind: 'http';
  readonly address: string;
  readonly path: string;
  readonly connections: number;
  readonly requests: number;
}

export type Job = PublishJob | ConsumeJob | AnswerJob | ReplayJob | HttpJob;

export interface Spell {
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface JobResult {
  /** ended with the last receipt */
  readonly publish: Spell;
  /** from the first event to the last; for each event that brings its time of sending, how long it was under way */
  readonly consume: Spell & { readonly latenciesMs: readonly number[] };
  readonly answer: Spell;
  readonly replay: Spell;
  readonly http: Spell;
}

export function eventsPerSecond(events: number, { startedAt, endedAt }: Spell): number {
  return (events / (endedAt - startedAt)) * 1e9;
}

export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** The client type that consumes, and the type of event that is published. */
export const CONSUMER = 'consumer';
export const MEASURED = 'Measured';
