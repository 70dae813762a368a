import { seededRandom } from '../../common/random.js';
import type { RunningTarget, Target } from './target.js';

/** Runs inputs of one target in order; stops at the first that breaks a promise. */
export interface FuzzOptions {
  readonly seed: number;
  /** number of the first input */
  readonly first: number;
  readonly inputs: number;
  /** told now and then how many are done */
  readonly progress?: (done: number) => void;
}

export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** numbers of the inputs among which the guilty one is: `first`, and `count` from there on */
  readonly first: number;
  readonly count: number;
  readonly what: string;
  /** the smallest input found that does the same; undefined if it takes more than one */
  readonly input: Buffer | undefined;
}

export const CHECK_EVERY = 200;
/** Attempts to make a failing input smaller. */
const SHRINKS_MAX = 400;

export function inputOf(target: Target, seed: number, number: number): Buffer {
  return target.input(seededRandom(seed * 2 ** 20 + number));
}

/** @returns undefined if every promise was kept */
export async function fuzz(target: Target, options: FuzzOptions): Promise<Finding | undefined> {
  const { seed, first, inputs, progress } = options;
  let running = await target.open();
  try {
    for (let number = first; number < first + inputs; number += 1) {
      const input = inputOf(target, seed, number);
      const what = await flawOf(() => running.try(input));
      if (what !== undefined) {
        const reopen = async (): Promise<RunningTarget> => {
          await running.close().catch(() => undefined);
          running = await target.open();
          return running;
        };
        return {
          target: target.name,
          seed,
          first: number,
          count: 1,
          what,
          input: await smallest(input, running, reopen),
        };
      }
      if ((number - first + 1) % CHECK_EVERY !== 0 && number !== first + inputs - 1) continue;
      const flaw = await flawOf(() => running.check());
      if (flaw !== undefined) {
        const from = Math.max(first, number - CHECK_EVERY + 1);
        return {
          target: target.name,
          seed,
          first: from,
          count: number - from + 1,
          what: flaw,
          input: undefined,
        };
      }
      progress?.(number - first + 1);
    }
    return undefined;
  } finally {
    await running.close().catch(() => undefined);
  }
}

/** The command that does the same again. */
export function replayCommand({ target, seed, first, count }: Finding): string {
  return `npm run fuzz -- --target ${target} --seed ${seed} --first ${first} --inputs ${count}`;
}

async function flawOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Leaves pieces out, large ones first, as long as the rest still fails. What is fuzzed is started anew after each failure. */
async function smallest(
  input: Buffer,
  running: RunningTarget,
  reopen: () => Promise<RunningTarget>,
): Promise<Buffer> {
  let best = input;
  let current = await reopenOr(running, reopen);
  let left = SHRINKS_MAX;
  for (
    let size = Math.ceil(best.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let at = 0; at < best.length && left > 0; left -= 1) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if ((await flawOf(() => current.try(shorter))) === undefined) at += size;
      else {
        best = shorter;
        current = await reopenOr(current, reopen);
      }
    }
  return best;
}

async function reopenOr(
  running: RunningTarget,
  reopen: () => Promise<RunningTarget>,
): Promise<RunningTarget> {
  return (await flawOf(() => running.check())) === undefined ? running : reopen();
}
