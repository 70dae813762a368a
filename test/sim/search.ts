import type { Outcome, RunOptions } from './simulate.js';

type Simulate = (options: RunOptions) => Promise<Outcome>;

/** What was found, and by the shortest run that still shows it. */
export interface Found {
  readonly seed: number;
  readonly steps: number;
  readonly broken: Extract<Outcome, { kind: 'broken' }>;
}

export interface Searched {
  readonly runs: number;
  readonly events: number;
  /** of the last run, if every promise was kept */
  readonly hash: string;
  readonly found: Found | undefined;
}

/** Runs one seed after the other until a promise is broken, or `goOn` says no. @param shortest look for the shortest run that breaks it */
export async function search(
  simulate: Simulate,
  first: RunOptions,
  goOn: (runs: number) => boolean,
  shortest: boolean,
): Promise<Searched> {
  let [runs, events, hash] = [0, 0, ''];
  for (let seed = first.seed; goOn(runs); seed += 1) {
    const outcome = await simulate({ ...first, seed });
    runs += 1;
    if (outcome.kind === 'broken') {
      const asFound: Found = { seed, steps: first.steps, broken: outcome };
      const found = shortest ? await shorten(simulate, { ...first, seed }, asFound) : asFound;
      return { runs, events, hash, found };
    }
    ({ hash } = outcome);
    events += outcome.events;
  }
  return { runs, events, hash, found: undefined };
}

/**
 * The same seed with fewer steps begins in the same way and then comes to its end without faults: the fewest steps, by halving, after
 * which a promise is still broken.
 */
async function shorten(simulate: Simulate, run: RunOptions, asFound: Found): Promise<Found> {
  let shortest = asFound;
  let kept = 0;
  while (shortest.steps - kept > 1) {
    const steps = Math.floor((shortest.steps + kept) / 2);
    const outcome = await simulate({ ...run, steps });
    if (outcome.kind === 'broken') shortest = { seed: run.seed, steps, broken: outcome };
    else kept = steps;
  }
  return shortest;
}

/** The lines of a trace that speak of what the violation names (a key, or a position), or all if it names nothing. */
export function concerned({ violation, trace }: Found['broken'], linesMax: number): readonly string[] {
  const key = /\b(?:acc|trans|order|key)-\d+\b/.exec(violation)?.[0];
  const position = /\b\d+\b/.exec(violation)?.[0];
  const name = key ?? position;
  const lines =
    name === undefined
      ? trace
      : trace.filter((line) => new RegExp(`\\b${name}\\b|crash|wipe|set back`).test(line));
  return lines.slice(-linesMax);
}
