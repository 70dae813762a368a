/** Numbers of several rounds, made into one line. All functions want at least one number. */

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `48,200 (46,900–49,100)`: the median and, of several rounds, lowest and highest. */
export function withSpread(numbers: readonly number[], digits = 0): string {
  const text = (number: number): string =>
    number.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (numbers.length === 1) return text(numbers[0]!);
  return `${text(median(numbers))} (${text(Math.min(...numbers))}–${text(Math.max(...numbers))})`;
}

/** Median over rounds of a divided by b of the same round: what happens to the machine between rounds cancels out. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  return median(a.map((number, round) => number / b[round]!));
}

/** Runs the subjects in turn, `rounds` times over: A B A B. The answers of each are in the order of the rounds. */
export async function alternate<Outcome>(
  rounds: number,
  subjects: Readonly<Record<string, () => Promise<Outcome>>>,
): Promise<Record<string, Outcome[]>> {
  const outcomes: Record<string, Outcome[]> = {};
  for (let round = 0; round < rounds; round += 1)
    for (const [name, measure] of Object.entries(subjects)) {
      outcomes[name] ??= [];
      outcomes[name].push(await measure());
    }
  return outcomes;
}
