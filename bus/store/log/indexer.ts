import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { IndexDatabase, Reached } from './index/database.js';
import { Sealer } from './index/seal.js';
import { indexStep } from './indexing.js';
import type { Point } from './point.js';

/** Writes the indexes behind the log, and seals them. One step at a time. */
export interface Indexer {
  /** One transaction from `reached` towards `to`. @returns what the indexes hold then. @throws if nothing was written */
  step(reached: Reached, to: Point): Promise<Reached>;
  close(): Promise<void>;
}

/** Indexes on the thread of the caller: for tests and tools. */
export class InlineIndexer implements Indexer {
  readonly #directory: string;
  readonly #index: IndexDatabase;
  readonly #sealer: Sealer;

  constructor(directory: string, index: IndexDatabase) {
    this.#directory = directory;
    this.#index = index;
    this.#sealer = new Sealer(directory, index);
  }

  async step(reached: Reached, to: Point): Promise<Reached> {
    const now = indexStep(this.#directory, this.#index, reached, to);
    this.#sealer.written();
    return now;
  }

  async close(): Promise<void> {
    this.#sealer.close();
  }
}

/** What the worker is asked; it answers each question in turn. */
export interface StepRequest {
  readonly reached: Reached;
  readonly to: Point;
}

export type StepAnswer = { readonly reached: Reached } | { readonly failure: string };

/**
 * Indexes on a thread of its own, which reads the log's files by itself: the bus's thread only says how far they are durable. A
 * worker that has died is replaced at the next step.
 */
export class WorkerIndexer implements Indexer {
  readonly #directory: string;
  readonly #entry: string;
  #worker: Worker | undefined;
  #asked: { resolve(reached: Reached): void; reject(error: Error): void } | undefined;

  /** @param entry compiled `indexer-worker.js`, see `workerEntry` */
  constructor(directory: string, entry: string) {
    this.#directory = directory;
    this.#entry = entry;
  }

  step(reached: Reached, to: Point): Promise<Reached> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#worker ??= this.#start();
      this.#worker.postMessage({ reached, to } satisfies StepRequest);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { workerData: this.#directory });
    worker.on('message', (answer: StepAnswer) => {
      if ('reached' in answer) this.#asked?.resolve(answer.reached);
      else this.#asked?.reject(new Error(answer.failure));
    });
    const ended = (cause: unknown): void => {
      this.#worker = undefined;
      this.#asked?.reject(new Error('the indexing thread ended', { cause }));
    };
    worker.on('error', ended);
    worker.on('exit', ended);
    return worker;
  }
}

/** The compiled worker: beside this file, or where the build puts it if this file runs uncompiled. Undefined: there is none. */
export function workerEntry(): string | undefined {
  const places = ['./indexer-worker.js', '../../../dist/bus/store/log/indexer-worker.js'];
  return places
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find((path) => existsSync(path));
}
