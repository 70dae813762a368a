import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdtemp, open, rename, rm, truncate } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDirectory } from '../../../common/make-directory.js';
import { syncDirectory } from '../../../common/sync-directory.js';
import { StoreError } from '../event-store.js';
import { unavailable } from './damage.js';
import { scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { segmentOf } from './reader.js';
import { listSegments, segmentPath } from './segments.js';
import { type VerifyReport, verify } from './verify.js';

/**
 * Copies a log to a place where nothing is; a bus may be running on it. Backup and restore are both this.
 *
 * Invariants
 * - The copy ends with a whole block that is on the source's disk too: no crash of the bus can take away what the copy holds.
 * - What was read is checked against its chain of hashes, and so is what was written, before the copy gets its name. A copy that was
 *   broken off has another name.
 *
 * @param progress called now and then with a share from 0 to 1
 * @throws StoreError `damaged`, naming what is wrong and where; `in_use` if something is at the place; `unavailable` if one of the
 * places cannot be used
 */
export async function copyLog(
  from: string,
  to: string,
  progress: (share: number) => void = () => undefined,
): Promise<VerifyReport> {
  const target = resolve(to);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new StoreError('in_use', `${to} is not empty; a log is copied to a place where nothing is`);
  try {
    makeDirectory(dirname(target));
    const unfinished = await mkdtemp(join(dirname(target), `${basename(target)}.unfinished-`));
    try {
      const end = await durableEnd(from);
      await copySegments(from, unfinished, end, (share) => progress(share / 2));
      const report = await verify(unfinished, (share) => progress((1 + share) / 2));
      if (report.hash !== end.hash)
        throw new StoreError('unavailable', `the log in ${from} was cut back while it was copied; try again`);
      await rename(unfinished, target);
      await syncDirectory(dirname(target));
      progress(1);
      return report;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  } catch (error) {
    throw error instanceof StoreError ? error : unavailable(`cannot copy the log in ${from} to ${to}`, error);
  }
}

/** The end of the last whole block. A running bus may just be flushing it: so it is flushed here, too. */
async function durableEnd(directory: string): Promise<Point> {
  // the segments before were flushed when they were ended
  const blocks = scanLog(directory, segmentOf(directory, Number.POSITIVE_INFINITY).start);
  let step = blocks.next();
  while (!step.done) step = blocks.next();
  const { end } = step.value;
  await flush(segmentPath(directory, end.segment));
  return end;
}

async function copySegments(
  from: string,
  to: string,
  end: Point,
  progress: (share: number) => void,
): Promise<void> {
  const segments = listSegments(from).filter((number) => number <= end.segment);
  for (const number of segments) {
    const copy = segmentPath(to, number);
    await copyFile(segmentPath(from, number), copy);
    if (number === end.segment) await truncate(copy, end.offset);
    await flush(copy);
    progress(number / segments.length);
  }
  await syncDirectory(to);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}
