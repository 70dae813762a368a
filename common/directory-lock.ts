import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Who holds a lock. A process is known by when it started, too: numbers are used again. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** start of the process as the system counts it; '' where it cannot be learned */
  readonly started: string;
  readonly released?: boolean;
}

/** Somebody else holds the directory; the message says who and, where that helps, what to do. */
export class DirectoryInUse extends Error {}

/** A directory that this process alone may write to, until it is released or dies. */
export interface DirectoryLock {
  release(): Promise<void>;
}

const PREFIX = 'lock.';

/**
 * Takes the lock of a directory. Locks are files `lock.<n>`; the highest one counts, and n only ever grows: the lock of a process
 * that has died is not removed (two who find it dead could then each remove the other's new one) but followed by the next number,
 * which only one can make.
 * @throws DirectoryInUse naming the process that holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const me: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '' };
  for (;;) {
    const newest = (await lockNumbers(directory)).at(-1) ?? 0;
    const holder = newest === 0 ? undefined : await readHolder(lockPath(directory, newest));
    if (holder !== undefined && isHeld(holder)) throw inUse(directory, holder, newest);
    const mine = newest + 1;
    if (!(await createLock(directory, mine, me))) continue;
    const numbers = await lockNumbers(directory);
    if (numbers.at(-1) !== mine) {
      // somebody who looked later was faster by two
      await rm(lockPath(directory, mine), { force: true });
      continue;
    }
    for (const number of numbers) if (number < mine) await rm(lockPath(directory, number), { force: true });
    return {
      release: () => writeFile(lockPath(directory, mine), JSON.stringify({ ...me, released: true })),
    };
  }
}

function lockPath(directory: string, number: number): string {
  return join(directory, `${PREFIX}${number}`);
}

async function lockNumbers(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => /^lock\.\d+$/.test(name))
    .map((name) => Number(name.slice(PREFIX.length)))
    .sort((a, b) => a - b);
}

/** Makes the file with its content, in one step. @returns false if it is there already */
async function createLock(directory: string, number: number, holder: Holder): Promise<boolean> {
  const draft = join(directory, `draft-${randomUUID()}`);
  await writeFile(draft, JSON.stringify(holder));
  try {
    await link(draft, lockPath(directory, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Undefined if it cannot be read, as after a power failure: then nobody holds it, for whoever holds one has written it. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isHeld({ pid, host, started, released }: Holder): boolean {
  if (released === true) return false;
  // of another machine or container nothing can be learned; better refuse than write twice
  if (host !== hostname()) return true;
  const start = startOf(pid);
  if (start === undefined) return false;
  return start === started || start === '' || started === '';
}

function inUse(directory: string, { pid, host }: Holder, number: number): DirectoryInUse {
  const elsewhere =
    host === hostname()
      ? ''
      : ` on ${host}; if nothing runs there any more, remove ${lockPath(directory, number)}`;
  return new DirectoryInUse(`${directory} is in use by process ${pid}${elsewhere}`);
}

/** When the process started, '' if it runs and that cannot be learned, undefined if it does not run. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  if (process.platform !== 'linux') return '';
  try {
    // the name of the program, in parentheses, may hold anything; the start is the 22nd field
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
  } catch {
    return '';
  }
}
