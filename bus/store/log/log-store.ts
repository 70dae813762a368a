import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DirectoryInUse, type DirectoryLock, lockDirectory } from '../../../common/directory-lock.js';
import { makeDirectory } from '../../../common/make-directory.js';
import { type EventStore, type LogRecord, type Recovered, StoreError } from '../event-store.js';
import { Reads } from '../reads.js';
import { BlockEncoder } from './block-encoder.js';
import { BlockReader } from './block-reader.js';
import { unavailable } from './damage.js';
import { GroupCommit } from './group-commit.js';
import { openAgreeingIndex } from './index/agreement.js';
import { type IndexDatabase, indexPath, type Reached } from './index/database.js';
import { IndexSource, snapshotAnew } from './index/index-source.js';
import { IndexFollower } from './index-follower.js';
import { type Indexer, InlineIndexer, WorkerIndexer, workerEntry } from './indexer.js';
import { LogFile } from './log-file.js';
import { DEFAULT_LOG_STORE_OPTIONS, type LogStoreOptions } from './options.js';
import { Overlay } from './overlay.js';
import { beginning, createSegment } from './segments.js';
import { checkTail, type Tail } from './tail.js';

/** Everything that is open between `open` and `close`. */
interface Opened {
  readonly lock: DirectoryLock;
  readonly file: LogFile;
  readonly index: IndexDatabase;
  readonly blocks: BlockReader;
  readonly indexer: Indexer;
  readonly follower: IndexFollower;
  readonly group: GroupCommit;
}

/**
 * The embedded event store: an append-only log of checked, chained blocks (the truth), and LMDB indexes that follow it.
 *
 * Invariants
 * - What is acknowledged is flushed, in the log, and readable: in the overlay until the indexes hold it.
 * - The indexes never hold what is not durable in the log.
 * - One process writes; others may read the log beside it (`reader.ts`, `verify.ts`).
 */
export class LogStore extends Reads implements EventStore {
  readonly #directory: string;
  readonly #options: LogStoreOptions;
  readonly #overlay: Overlay;
  readonly #encoder = new BlockEncoder();
  #opened: Opened | undefined;
  #roomWaiter: { resolve(): void; reject(error: StoreError): void } | undefined;

  constructor(directory: string, options: Partial<LogStoreOptions> = {}) {
    super(() => [new IndexSource(this.#open.index, this.#open.blocks), ...this.#overlay.layers]);
    this.#directory = directory;
    this.#options = { ...DEFAULT_LOG_STORE_OPTIONS, ...options };
    this.#overlay = new Overlay(this.#options);
  }

  async open(progress?: (share: number, what: string) => void): Promise<Recovered> {
    const closers: (() => Promise<void> | void)[] = [];
    try {
      makeDirectory(this.#directory);
      const lock = await lockDirectory(this.#directory);
      closers.push(() => lock.release());
      const tail = checkTail(this.#directory) ?? (await this.#createLog());
      const { index, reached } = await openAgreeingIndex(this.#directory, tail, (reason) =>
        this.#options.notice('the indexes are rebuilt', { reason }),
      );
      closers.push(() => index.env.close());
      if (tail.tornBytes > 0) this.#noticeTorn(tail);
      const file = new LogFile(this.#directory, tail.logId, tail.end, this.#options);
      closers.push(() => file.close());
      await file.restore();
      const indexer = this.#createIndexer(index);
      closers.push(() => indexer.close());
      const follower = new IndexFollower(indexer, reached, {
        intervalMs: this.#options.indexIntervalMs,
        advanced: ({ point }) => this.#indexed(point.block),
        failed: (error) => this.#indexingFailed(error),
      });
      await follower.catchUp(tail.end, (share) => progress?.(share, 'building indexes'));
      const group = new GroupCommit({
        groupBytesMax: this.#options.groupBytesMax,
        lastPosition: () => file.end.position,
        room: () => this.#room(),
        commit: (records) => this.#commit(records),
      });
      const blocks = new BlockReader(this.#directory);
      this.#opened = { lock, file, index, blocks, indexer, follower, group };
      return recover(index, follower.reached);
    } catch (error) {
      for (const close of closers.reverse()) await close();
      if (error instanceof StoreError) throw error;
      throw error instanceof DirectoryInUse
        ? new StoreError('in_use', `the log in ${error.message}`)
        : unavailable(`cannot open the log in ${this.#directory}`, error);
    }
  }

  append(records: readonly LogRecord[]): Promise<void> {
    if (this.#opened === undefined) return Promise.reject(new StoreError('unavailable', 'the log is closed'));
    return this.#opened.group.append(records);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    await opened.group.idle();
    this.#opened = undefined;
    await opened.follower.stop();
    try {
      // what is left would only be done at the next start
      await opened.follower.catchUp(opened.file.end);
    } catch (error) {
      this.#indexingFailed(error);
    }
    await opened.indexer.close();
    opened.blocks.close();
    await opened.index.env.close();
    await opened.file.close();
    await opened.lock.release();
  }

  get #open(): Opened {
    if (this.#opened === undefined) throw new StoreError('unavailable', 'the log is closed');
    return this.#opened;
  }

  async #createLog(): Promise<Tail> {
    if (existsSync(indexPath(this.#directory)))
      throw new StoreError(
        'damaged',
        `the log in ${this.#directory} is gone, but its indexes are there (to begin anew, remove ${indexPath(this.#directory)})`,
      );
    const logId = randomUUID();
    const end = await createSegment(this.#directory, logId, 1, beginning(logId));
    return { logId, end, tornBytes: 0 };
  }

  #createIndexer(index: IndexDatabase): Indexer {
    const entry = this.#options.indexer === 'worker' ? workerEntry() : undefined;
    return entry === undefined
      ? new InlineIndexer(this.#directory, index)
      : new WorkerIndexer(this.#directory, entry);
  }

  async #commit(records: readonly LogRecord[]): Promise<void> {
    const { file, follower } = this.#open;
    try {
      const point = await file.prepare();
      const { block, events } = this.#encoder.encode(records, point);
      const end = await file.append(block, events);
      this.#overlay.add(records, point.position, end);
      follower.follow(end);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.notice('an append failed; nothing of it is kept', { reason });
      throw error;
    }
  }

  /** Waits while the indexes are too far behind. */
  async #room(): Promise<void> {
    while (this.#overlay.full)
      await new Promise<void>((resolve, reject) => {
        this.#roomWaiter = { resolve, reject };
      });
  }

  #indexed(block: number): void {
    if (this.#opened !== undefined) snapshotAnew(this.#opened.index);
    this.#overlay.forget(block);
    this.#roomWaiter?.resolve();
  }

  #indexingFailed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.notice('the indexes cannot be written', { reason });
    this.#roomWaiter?.reject(unavailable('the indexes cannot be written', error));
  }

  #noticeTorn({ end, tornBytes }: Tail): void {
    this.#options.notice('an unfinished block at the end of the log was cut off; it was never acknowledged', {
      segment: end.segment,
      offset: end.offset,
      position: end.position,
      bytes: tornBytes,
    });
  }
}

function recover(index: IndexDatabase, { logId, point, lastTime, incarnation }: Reached): Recovered {
  snapshotAnew(index);
  return {
    logId,
    lastPosition: point.position,
    lastTime,
    incarnation,
    subscriptions: [...index.subscriptions.getRange().map(({ value }) => value)],
    parked: [...index.parked.getRange().map(({ value }) => value)],
  };
}
