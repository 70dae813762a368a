import { setTimeout as delay } from 'node:timers/promises';
import type { Reached } from './index/database.js';
import type { Indexer } from './indexer.js';
import type { Point } from './point.js';

export interface FollowerOptions {
  /** between two steps: the more is joined, the cheaper each event */
  readonly intervalMs: number;
  /** the indexes hold more now */
  readonly advanced: (reached: Reached) => void;
  /** a step has failed; it is tried again */
  readonly failed: (error: unknown) => void;
}

const RETRY_DELAY_MS = 500;

/** Keeps the indexes behind the durable end of the log, as near as they can. One step at a time; a failed one is tried again. */
export class IndexFollower {
  readonly #indexer: Indexer;
  readonly #options: FollowerOptions;
  #reached: Reached;
  #durable: Point;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(indexer: Indexer, reached: Reached, options: FollowerOptions) {
    this.#indexer = indexer;
    this.#reached = reached;
    this.#durable = reached.point;
    this.#options = options;
  }

  get reached(): Reached {
    return this.#reached;
  }

  /** The log is durable up to here. */
  follow(durable: Point): void {
    this.#durable = durable;
    this.#running ??= this.#run();
  }

  /** Indexes all that is durable, and fails if that fails. Not while `follow` is at work. */
  async catchUp(durable: Point, progress: (share: number) => void = () => undefined): Promise<void> {
    const from = this.#reached.point.block;
    this.#durable = durable;
    while (this.#reached.point.block < durable.block) {
      progress((this.#reached.point.block - from) / (durable.block - from));
      await this.#step();
    }
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => undefined);
    let backlog = false;
    while (!signal.aborted && this.#reached.point.block < this.#durable.block) {
      if (!backlog) await pause(this.#options.intervalMs);
      if (signal.aborted) break;
      try {
        backlog = (await this.#step()) === 'backlog';
      } catch (error) {
        this.#options.failed(error);
        backlog = false;
        await pause(RETRY_DELAY_MS);
      }
    }
    // in the same breath as the last look at the durable end
    this.#running = undefined;
  }

  /** @returns whether there was more than one step's worth */
  async #step(): Promise<'backlog' | 'done'> {
    const target = this.#durable;
    this.#reached = await this.#indexer.step(this.#reached, target);
    this.#options.advanced(this.#reached);
    return this.#reached.point.block < target.block ? 'backlog' : 'done';
  }
}
