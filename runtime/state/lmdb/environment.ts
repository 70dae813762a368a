import { dirname, join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { Clock } from '../../../common/clock.js';
import { makeDirectory } from '../../../common/make-directory.js';
import { StateStoreError } from '../state-store.js';
import { markFlushed, markUnflushed, THIS_BOOT } from './boot.js';
import {
  alone,
  DATA,
  type Identity,
  identityOf,
  isInUse,
  isSame,
  type Look,
  lookAt,
  openDirectory,
} from './directory.js';
import { NewestTransaction } from './newest-transaction.js';

/**
 * The open LMDB environment of one state. Notices that its files were deleted, and goes on with what then stands in their
 * place: every commit looks before it changes anything, reads look when the last look is `LOOK_AGAIN_MS` old.
 *
 * Invariants
 * - A commit never succeeds in files that had already been deleted when it began.
 * - A commit never overwrites another one.
 * - A check sees every commit. A plain read may be behind for the moment in which another process opens the state
 *   (newest-transaction.ts); what it gave is checked before anything follows from it.
 */
export type Database = RootDatabase<string, Buffer>;

/** How long reads may go on in files that were deleted; a look costs about as much as three reads. */
const LOOK_AGAIN_MS = 200;

export class Environment {
  readonly #directory: string;
  readonly #clock: Clock;
  #database: Database | undefined;
  #newest: NewestTransaction | undefined;
  #identity: Identity | undefined;
  #lookedAt = 0;
  #openedBefore = false;
  /** reads of the present callback of the event loop have their snapshot already */
  #sharesSnapshot = false;

  /** @param thrownAway is told why a state could not be believed, when an empty one was put in its place */
  constructor(
    directory: string,
    clock: Clock,
    private readonly thrownAway: (reason: string) => void,
  ) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /**
   * Reads that see what every process had committed when the present callback of the event loop first read, and every commit made
   * here since: a new snapshot costs as much as two reads. @throws StateStoreError `unavailable`
   */
  read<T>(reads: (database: Database) => T): T {
    return this.#guarded(() => {
      const database = this.#current(this.#clock.now() - this.#lookedAt >= LOOK_AGAIN_MS);
      if (!this.#sharesSnapshot) this.#renewSnapshot(database);
      return reads(database);
    });
  }

  /** Reads that see what every process has committed so far, and never in files that had been deleted before. */
  check<T>(reads: (database: Database) => T): T {
    return this.#guarded(() => {
      const database = this.#current(true);
      const isQuiet = !isInUse(this.#directory);
      this.#renewSnapshot(database);
      const outcome = reads(database);
      // While somebody opens it, only who holds the lock of writers can tell whether a snapshot is the newest.
      return isQuiet && !isInUse(this.#directory) ? outcome : this.write(reads);
    });
  }

  /**
   * Runs as one transaction, alone among all processes. What it throws undoes it; other errors than StateStoreError and
   * RangeError come out as `unavailable`.
   */
  write<T>(change: (database: Database) => T): T {
    return this.#guarded(() => {
      for (let attempt = 1; ; attempt += 1) {
        const database = this.#current(false);
        const outcome = database.transactionSync(() => {
          if (!this.#isIntact() || !this.#isAboveNewest(database)) return OPEN_AGAIN;
          markUnflushed(this.#directory);
          return { value: change(database) };
        });
        if (outcome !== OPEN_AGAIN) return outcome.value;
        if (attempt === ATTEMPTS_MAX) throw new Error('the state changes under every attempt to open it');
        this.#openAnew();
      }
    });
  }

  /** Flushes, so that the state survives the next boot of the machine. */
  async close(): Promise<void> {
    const database = this.#database;
    if (database === undefined) return;
    this.#database = undefined;
    try {
      database.transactionSync(() => {
        if (this.#isIntact()) markFlushed(this.#directory, join(this.#directory, DATA));
      });
    } catch {
      // Then the state is not marked as flushed, and a later boot does not trust it.
    }
    this.#newest?.close();
    this.#newest = undefined;
    try {
      alone(this.#directory, () => void database.close());
    } catch {
      await database.close();
    }
  }

  /** By itself, lmdb-js keeps a snapshot for a millisecond or more, and would not show what was committed meanwhile. */
  #renewSnapshot(database: Database): void {
    database.resetReadTxn();
    if (this.#sharesSnapshot) return;
    this.#sharesSnapshot = true;
    // behind the microtasks of this callback, before the next callback
    process.nextTick(() => {
      this.#sharesSnapshot = false;
    });
  }

  #current(look: boolean): Database {
    if (this.#database !== undefined && (!look || this.#isIntact())) return this.#database;
    return this.#openAnew();
  }

  #openAnew(): Database {
    makeDirectory(dirname(this.#directory));
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const look = lookAt(this.#directory, this.#openedBefore);
      const database = alone(this.#directory, () => this.#openAsSeen(look));
      if (database !== undefined) return database;
    }
    throw new Error('the state changes under every attempt to open it');
  }

  /**
   * Until the number that all read by is right: what was committed while this was opened would stay hidden until the next commit.
   * @returns undefined if it is not any more as it was seen
   */
  #openAsSeen(look: Look): Database | undefined {
    for (let seen = look; ; seen = lookAt(this.#directory, true)) {
      const database = this.#openFiles(seen);
      if (database === undefined || database.transactionSync(() => this.#isAboveNewest(database)))
        return database;
    }
  }

  /** Within a transaction that writes. */
  #isAboveNewest(database: Database): boolean {
    return this.#newest !== undefined && database.getWriteTxnId() > this.#newest.number;
  }

  #openFiles(look: Look): Database | undefined {
    this.#abandon();
    this.#database = openDirectory(this.#directory, look, this.thrownAway, (path, identity) => {
      const database = open<string, Buffer>({
        path,
        noSubdir: false,
        encoding: 'string',
        keyEncoding: 'binary',
        cache: false,
        noSync: THIS_BOOT !== undefined,
        overlappingSync: false,
      });
      this.#newest = new NewestTransaction(join(path, DATA));
      this.#identity = identity;
      return database;
    });
    if (this.#database !== undefined) this.#openedBefore = true;
    return this.#database;
  }

  #isIntact(): boolean {
    this.#lookedAt = this.#clock.now();
    return isSame(this.#identity, identityOf(this.#directory));
  }

  /** Nothing is under way in it, so it is closed at once, and that cannot fail in a way that matters. */
  #abandon(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#newest?.close();
    this.#newest = undefined;
    database?.close().catch(() => undefined);
  }

  #guarded<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      if (error instanceof StateStoreError || error instanceof RangeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StateStoreError('unavailable', `${this.#directory}: ${reason}`, { cause: error });
    }
  }
}

/** The files were deleted, or the environment begins a transaction whose number is taken (newest-transaction.ts). */
const OPEN_AGAIN = Symbol('open again');

/** Each opens the environment anew; that one of them meets somebody else's again is rare. */
const ATTEMPTS_MAX = 100;
