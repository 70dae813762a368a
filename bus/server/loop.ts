import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import type { Core } from '../core/core.js';
import type { Effect, Input } from '../core/types.js';
import type { EventStore } from '../store/event-store.js';
import { AppendQueue } from './append-queue.js';
import type { Turn } from './turn.js';

/** What the loop does not do itself: everything that leaves for a session, an operator, an observer or the log. */
export type OutwardEffect = Exclude<Effect, { kind: 'append' | 'read-owed' }>;

export interface LoopOptions {
  readonly core: Pick<Core, 'apply'>;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly log: Logger;
  readonly tickMs: number;
  /** called in the order of the core's effects */
  readonly perform: (effect: OutwardEffect) => void;
  /** an invariant does not hold: nothing is fed to the core any more, the process has to stop */
  readonly broken: (error: unknown) => void;
}

/**
 * The loop: the only place that feeds the core and performs its effects on the store.
 *
 * Invariants
 * - One input after the other, in the order of `submit`; an input that arises while effects are performed waits its turn.
 * - What the core wants to append in one turn is one append to the store.
 * - After a broken invariant, and after `stop`, the core hears nothing more.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #appends: AppendQueue;
  readonly #inputs: Input[] = [];
  #applying = false;
  #running = false;
  #ticks: NodeJS.Timeout | undefined;
  #idleWaiters: (() => void)[] = [];
  #storeError: string | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#appends = new AppendQueue(options.store, {
      durable: (append) => {
        this.#storeWorks();
        this.submit({ kind: 'appended', append });
      },
      failed: (append, error) => this.#storeFailed(append, error),
    });
    options.turn.atEnd(() => this.#endTurn());
  }

  start(): void {
    this.#running = true;
    this.#ticks = setInterval(() => this.submit({ kind: 'tick' }), this.#options.tickMs);
  }

  /** The core hears nothing more; appends that are under way finish unheard. */
  stop(): void {
    this.#running = false;
    clearInterval(this.#ticks);
    this.#inputs.length = 0;
    this.#wakeIdle();
  }

  submit(input: Input): void {
    if (!this.#running) return;
    this.#inputs.push(input);
    if (this.#applying) return;
    this.#applying = true;
    try {
      for (let at = 0; at < this.#inputs.length; at += 1) this.#apply(this.#inputs[at]!);
    } catch (error) {
      this.stop();
      this.#options.broken(error);
    } finally {
      this.#inputs.length = 0;
      this.#applying = false;
    }
    this.#options.turn.request();
  }

  /** Bytes that wait for the store. */
  get waitingBytes(): number {
    return this.#appends.waitingBytes;
  }

  /** Why the store refused the last append; undefined while it works. */
  get storeError(): string | undefined {
    return this.#storeError;
  }

  /** Resolves when the fate of everything that waits for the store now is known. */
  settled(): Promise<void> {
    return this.#appends.settled();
  }

  /** Resolves when nothing waits for the store (or the loop has stopped). */
  async idle(): Promise<void> {
    while (this.#running && !this.#appends.idle) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  #apply(input: Input): void {
    for (const effect of this.#options.core.apply(this.#options.clock.now(), input)) {
      if (effect.kind === 'append') this.#appends.add(effect.append, effect.records);
      else if (effect.kind === 'read-owed') this.#readOwed(effect);
      else this.#options.perform(effect);
    }
  }

  #endTurn(): void {
    if (this.#running) this.#appends.flush();
    if (this.#appends.idle) this.#wakeIdle();
  }

  #readOwed({ read, clientType, key, after, limit }: Extract<Effect, { kind: 'read-owed' }>): void {
    const range = key === undefined ? { after, limit } : { key, after, limit };
    this.#options.store.owed(clientType, range).then(
      (page) => this.submit({ kind: 'owed', read, events: page.events, next: page.next, end: page.end }),
      (error: unknown) => this.submit({ kind: 'read-failed', read, reason: reasonOf(error) }),
    );
  }

  #storeFailed(append: number, error: unknown): void {
    const reason = reasonOf(error);
    if (this.#storeError === undefined) this.#options.log.error({ reason }, 'the event store refuses events');
    this.#storeError = reason;
    this.submit({ kind: 'append-failed', append, reason });
  }

  #storeWorks(): void {
    if (this.#storeError === undefined) return;
    this.#storeError = undefined;
    this.#options.log.info('the event store accepts events again');
  }

  #wakeIdle(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const wake of waiters) wake();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
