import type { Random } from '../../common/random.js';

/**
 * A part of the system that takes input from outside, as the fuzzer sees it. An input is bytes, whatever they mean to the target,
 * and depends on the random numbers alone: so an input has a name, `seed/number`, and comes again.
 */
export interface Target {
  readonly name: string;
  /** in the long form, of 1000 inputs so many go here: cheap targets take more */
  readonly share: number;
  input(random: Random): Buffer;
  /** Starts what is fuzzed. */
  open(): Promise<RunningTarget>;
}

export interface RunningTarget {
  /** @throws Error that says what is wrong, if this input breaks a promise */
  try(input: Buffer): Promise<void>;
  /** Called every `CHECK_EVERY` inputs: others are served, memory is bounded. @throws Error */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** An answer that does not come within this time counts as a hang. */
export const HANG_MS = 15_000;

export async function notHanging<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${HANG_MS / 1000} s`)), HANG_MS);
  });
  try {
    return await Promise.race([work, hang]);
  } finally {
    clearTimeout(timer);
  }
}
