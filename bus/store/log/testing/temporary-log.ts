import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogRecord } from '../../event-store.js';
import type { ScannedBlock } from '../block-scan.js';
import { scanLog } from '../log-scan.js';
import { LogStore } from '../log-store.js';
import type { LogStoreOptions } from '../options.js';
import { readSegmentHeader } from '../segments.js';

/** A directory for a log, and the stores that were opened on it; `remove` closes and removes all. */
export class TemporaryLog {
  readonly directory: string;
  /** messages that stores had for the operator */
  readonly notices: string[] = [];
  readonly #stores: LogStore[] = [];

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<TemporaryLog> {
    return new TemporaryLog(await mkdtemp(join(tmpdir(), 'log-')));
  }

  /** Indexes inline and at once, unless told otherwise. */
  async open(options: Partial<LogStoreOptions> = {}): Promise<LogStore> {
    const store = new LogStore(this.directory, {
      indexer: 'inline',
      indexIntervalMs: 0,
      notice: (message) => this.notices.push(message),
      ...options,
    });
    await store.open();
    this.#stores.push(store);
    return store;
  }

  /** Writes groups, each as one block, and closes. */
  async write(
    groups: readonly (readonly LogRecord[])[],
    options: Partial<LogStoreOptions> = {},
  ): Promise<void> {
    const store = await this.open(options);
    for (const group of groups) await store.append(group);
    await store.close();
  }

  /** the blocks there are */
  blocks(): ScannedBlock[] {
    return [...scanLog(this.directory, readSegmentHeader(this.directory, 1).start)];
  }

  async removeIndex(): Promise<void> {
    await rm(join(this.directory, 'index'), { recursive: true });
  }

  async remove(): Promise<void> {
    for (const store of this.#stores) await store.close();
    await rm(this.directory, { recursive: true });
  }
}
