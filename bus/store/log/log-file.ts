import { open as openFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { syncDirectory } from '../../../common/sync-directory.js';
import { HASH_BYTES } from './block.js';
import { damagedAt } from './log-scan.js';
import type { Point } from './point.js';
import { createSegment, listSegments, segmentPath } from './segments.js';

/** What is needed of an open file; a test puts a failing disk behind it. */
export interface WritableFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface LogFileOptions {
  /** a segment that has reached this size is followed by another */
  readonly segmentBytesMax: number;
  readonly flushDelayMs: number;
  readonly openFile?: (path: string) => Promise<WritableFile>;
}

/**
 * The end of the log as the one writer knows it.
 *
 * Invariants
 * - `end` is durable. What may stand behind it in the file was never acknowledged.
 * - After a write, a flush or a roll that failed, the file is opened anew, cut back to `end`, flushed, and the hash of the last block
 *   read again: at once if the disk lets us, in any case before anything else is written. A failed flush leaves it open what reached the disk, and asking again for the same
 *   flush would be answered with a lie (the system forgets the pages), so nothing of it is kept.
 */
export class LogFile {
  readonly #directory: string;
  readonly #logId: string;
  readonly #options: LogFileOptions;
  #end: Point;
  /** undefined: has to be opened, cut back and checked first */
  #file: WritableFile | undefined;

  constructor(directory: string, logId: string, end: Point, options: LogFileOptions) {
    this.#directory = directory;
    this.#logId = logId;
    this.#end = end;
    this.#options = options;
  }

  get end(): Point {
    return this.#end;
  }

  /**
   * Opens the file and cuts off what is behind `end`.
   * @throws the file system's error
   */
  async restore(): Promise<void> {
    if (this.#file !== undefined) return;
    for (const segment of listSegments(this.#directory).slice(this.#end.segment)) {
      await rm(segmentPath(this.#directory, segment));
      await syncDirectory(this.#directory);
    }
    const path = segmentPath(this.#directory, this.#end.segment);
    const file = await (this.#options.openFile ?? openForWriting)(path);
    try {
      await file.truncate(this.#end.offset);
      await file.datasync();
      const hash = Buffer.alloc(HASH_BYTES);
      await file.read(hash, 0, HASH_BYTES, this.#end.offset - HASH_BYTES);
      if (hash.toString('hex') !== this.#end.hash)
        throw damagedAt(this.#directory, this.#end, 'the last block is not what was written');
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
  }

  /** The point behind which the next block is to be made; begins a new segment if it is time. */
  async prepare(): Promise<Point> {
    await this.restore();
    if (this.#end.offset < this.#options.segmentBytesMax) return this.#end;
    await this.#change(async () => {
      const start = await createSegment(this.#directory, this.#logId, this.#end.segment + 1, this.#end);
      await this.#file?.close();
      this.#file = undefined;
      this.#end = start;
    });
    await this.restore();
    return this.#end;
  }

  /** Makes a block durable that was made for the point that `prepare` gave. @throws the file system's error; then nothing is kept */
  async append(block: Buffer, events: number): Promise<Point> {
    await this.#change(async (file) => {
      let written = 0;
      while (written < block.length) {
        const { bytesWritten } = await file.write(
          block,
          written,
          block.length - written,
          this.#end.offset + written,
        );
        written += bytesWritten;
      }
      if (this.#options.flushDelayMs > 0) await delay(this.#options.flushDelayMs);
      await file.datasync();
    });
    this.#end = {
      segment: this.#end.segment,
      offset: this.#end.offset + block.length,
      block: this.#end.block + 1,
      position: this.#end.position + events,
      hash: block.toString('hex', block.length - HASH_BYTES),
    };
    return this.#end;
  }

  async close(): Promise<void> {
    await this.restore().catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  async #change(action: (file: WritableFile) => Promise<void>): Promise<void> {
    const file = this.#file;
    if (file === undefined) throw new TypeError('the log file is not open');
    try {
      await action(file);
    } catch (error) {
      this.#file = undefined;
      await file.close().catch(() => undefined);
      // At once, if it can be: whoever starts after a stop would take for accepted what stands there whole.
      await this.restore().catch(() => undefined);
      throw error;
    }
  }
}

async function openForWriting(path: string): Promise<WritableFile> {
  return openFile(path, 'r+');
}
