import type { WritableFile } from './log-file.js';

export interface LogStoreOptions {
  /** waits so long before each flush, to feel like a slower disk */
  readonly flushDelayMs: number;
  /** told what an operator should know */
  readonly notice: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** where indexes are built: on a thread of their own, or on the caller's (tests, tools, or no compiled worker is found) */
  readonly indexer: 'worker' | 'inline';
  /** pause between two index transactions: longer joins more, shorter keeps less in memory */
  readonly indexIntervalMs: number;
  /** a segment of this size is followed by another: the newest two are read at each start */
  readonly segmentBytesMax: number;
  /** a group takes no further append at this size: whoever reads one event reads and checks its block */
  readonly groupBytesMax: number;
  /** overlay: see `overlay.ts` */
  readonly layerWeightMax: number;
  readonly weightMax: number;
  readonly dataLengthMax: number;
  /** opens a segment for writing; a test gives a failing disk */
  readonly openFile?: (path: string) => Promise<WritableFile>;
}

export const DEFAULT_LOG_STORE_OPTIONS: LogStoreOptions = {
  flushDelayMs: 0,
  notice: () => undefined,
  indexer: 'worker',
  indexIntervalMs: 500,
  segmentBytesMax: 64 * 1024 * 1024,
  groupBytesMax: 256 * 1024,
  layerWeightMax: 10_000,
  weightMax: 150_000,
  dataLengthMax: 64 * 1024 * 1024,
};
