import type { ErrorCode } from '../../common/errors.js';
import { Answers } from './answers.js';
import { ClientType } from './client-type.js';
import { Effects } from './effects.js';
import { Heads } from './heads.js';
import type { Lane } from './lane.js';
import { Pipeline } from './pipeline.js';
import { Refusals } from './refusals.js';
import { Routes } from './routes.js';
import type { Session } from './session.js';
import type { CoreOptions, DurableReads, Effect, Recovered } from './types.js';

/** A read of debts under way. */
export interface Read {
  readonly client: ClientType;
  /** absent = the scan of the client type */
  readonly lane: Lane | undefined;
  readonly limit: number;
  /** position that was durable when it was asked for: the page reflects at least that */
  readonly asOf: number;
}

/** Everything the core remembers. The verbs work on it; nobody else sees it. */
export class State {
  /** ms; the clock of waits and deadlines: never goes back, and is Unix time unless the machine's clock was set back */
  clock = 0;
  /** Unix ms; as the last input brought it */
  #now = 0;
  /** Unix ms; the clock of the log: not before its newest record */
  time: number;
  /** position of the newest durable event */
  durable: number;
  /** position that the next accepted event gets */
  nextPosition: number;
  readonly sessions = new Map<number, Session>();
  readonly clientTypes = new Map<string, ClientType>();
  /** client types that may have room for more debts in memory, looked at when the step ends */
  readonly refillable = new Set<ClientType>();
  readonly reads = new Map<number, Read>();
  nextRead = 1;
  readonly effects = new Effects();
  readonly pipeline = new Pipeline();
  readonly routes = new Routes(this.clientTypes);
  readonly heads: Heads;
  readonly answers: Answers;
  readonly refusals: Refusals;

  constructor(
    recovered: Recovered,
    reads: DurableReads,
    readonly options: CoreOptions,
  ) {
    this.time = recovered.lastTime;
    this.durable = recovered.lastPosition;
    this.nextPosition = recovered.lastPosition + 1;
    this.heads = new Heads(reads, options.keyCacheMax);
    this.answers = new Answers(reads, options.batchCacheMax);
    this.refusals = new Refusals(options.refusalsMax);
  }

  /** Time as the step's input brings it. A clock that is set back stands still for the log; waits go on with it from where it is. */
  moveTo(now: number): void {
    this.clock += Math.max(0, now - this.#now);
    this.#now = now;
    this.time = Math.max(this.time, now);
  }

  addClientType(name: string, eventTypes: readonly string[]): ClientType {
    const client = new ClientType(name, eventTypes, this.options.autoAcknowledge.includes(name));
    this.clientTypes.set(name, client);
    this.routes.changed();
    return client;
  }

  emit(effect: Effect): void {
    this.effects.emit(effect);
  }

  /** An answer that is no answer to a `new`; those keep their order, see Replies. */
  refuse(
    session: Session,
    code: ErrorCode,
    message: string,
    about: { messageType?: string; delivery?: string },
  ): void {
    this.emit({ kind: 'error', sessionId: session.id, code, message, about });
  }
}
