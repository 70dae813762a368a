import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../common/clock.js';
import { compileGlob, literalPrefix } from '../glob.js';
import { applyCommit, type Item, increment, lengthOf, textOf, window } from '../items.js';
import { stateName } from '../names.js';
import type { Commit, CommitResult, Space, StateStore } from '../state-store.js';
import { StateInUse } from './directory.js';
import { type Database, Environment } from './environment.js';
import { JoinedSteps } from './joined-steps.js';
import { decode, entryKey, keyIn, listItemKey, prefixRange, successor } from './layout.js';
import { LmdbItems } from './lmdb-items.js';

/** Longer than what a dead process holds is respected (directory.ts). */
const OPEN_RETRY_MS = 100;
const OPEN_ATTEMPTS_MAX = 60;

/**
 * The embedded store: one LMDB environment per client type below a directory, shared by all processes of the machine that
 * open it. Reads answer at once; commits and increments at the end of the turn of the event loop, those of one turn in one
 * transaction. See boot.ts for what a crash can take.
 */
export class LmdbStore implements StateStore {
  readonly #environment: Environment;
  readonly #steps: JoinedSteps;
  readonly #clock: Clock;

  /**
   * @param directory of all client types; this one's state lies below it
   * @param thrownAway is told why a state could not be believed, when an empty one was put in its place
   */
  constructor(
    directory: string,
    clientType: string,
    clock: Clock = systemClock,
    thrownAway: (reason: string) => void = () => {},
  ) {
    this.#environment = new Environment(join(directory, stateName(clientType)), clock, thrownAway);
    this.#steps = new JoinedSteps(this.#environment, clock);
    this.#clock = clock;
  }

  /** Waits for one that died while it opened or closed the state: what it held is taken over after some seconds. */
  async open(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return this.#environment.read(() => undefined);
      } catch (error) {
        if (!(error instanceof StateInUse) || attempt === OPEN_ATTEMPTS_MAX) throw error;
        await sleep(OPEN_RETRY_MS);
      }
    }
  }

  epoch(): number {
    return 0;
  }

  get(space: Space, key: string): string | undefined {
    return this.#environment.read((database) => textOf(key, this.#items(database).item(space, key)));
  }

  range(key: string, first: number, last: number): readonly string[] {
    return this.#environment.read((database) => {
      const length = lengthOf(key, this.#items(database).item('data', key));
      const { from, to } = window(length, first, last);
      return Array.from(
        { length: to - from },
        (_, index) => database.get(listItemKey(key, from + index)) ?? '',
      );
    });
  }

  length(key: string): number {
    return this.#environment.read((database) => lengthOf(key, this.#items(database).item('data', key)));
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#steps.add({
      writes: commit.writes.length > 0,
      run: (items) => applyCommit(items, commit, items.now),
    });
  }

  increment(key: string, by: number): Promise<number> {
    return this.#steps.add({ writes: true, run: (items) => increment(items, key, by) });
  }

  keys(pattern: string): readonly string[] {
    const matches = compileGlob(pattern);
    const range = prefixRange('data', literalPrefix(pattern));
    return this.#environment.read((database) => {
      const keys: string[] = [];
      for (const [key] of this.#entries(database, range)) if (matches(key)) keys.push(key);
      return keys;
    });
  }

  scan(space: Space, after: string | undefined, limit: number): readonly (readonly [string, string])[] {
    const range = prefixRange(space, '');
    const start = after === undefined ? range.start : successor(entryKey(space, after));
    return this.#environment.read((database) => {
      const found: [string, string][] = [];
      for (const [key, item] of this.#entries(database, { start, end: range.end })) {
        if (found.length >= limit) break;
        if (item.kind === 'text') found.push([key, item.text]);
      }
      return found;
    });
  }

  async clear(): Promise<void> {
    this.#steps.now();
    this.#environment.write((database) => database.clearSync());
  }

  async close(): Promise<void> {
    this.#steps.now();
    await this.#environment.close();
  }

  #items(database: Database): LmdbItems {
    return new LmdbItems(database, this.#clock.now());
  }

  *#entries(database: Database, range: { start: Buffer; end: Buffer }): Iterable<[string, Item]> {
    const now = this.#clock.now();
    for (const { key, value } of database.getRange(range)) {
      const item = decode(value);
      if (item.kind === 'list' || item.expires === undefined || item.expires > now) yield [keyIn(key), item];
    }
  }
}
