/** What is typed into the form, as an order. Pure. */
import type { PopulateOrder } from '../../../common/pages/operator.js';

export interface Typed {
  seed: string;
  users: string;
  transfers: string;
  /** may be empty: as fast as it goes */
  rate: string;
}

export type Mistakes = Partial<Record<keyof Typed, string>>;

const LIMITS: Record<keyof Typed, readonly [number, number]> = {
  seed: [0, 2 ** 31 - 1],
  users: [1, 10_000],
  transfers: [1, 1_000_000],
  rate: [1, 10_000],
};

export function orderOf(typed: Typed): PopulateOrder | { mistakes: Mistakes } {
  const wanted = (Object.keys(LIMITS) as (keyof Typed)[]).filter(
    (name) => name !== 'rate' || typed.rate.trim() !== '',
  );
  const numbers = wanted.map((name) => [name, numberOf(typed[name], LIMITS[name])] as const);
  const mistakes = numbers.filter(([, number]) => number === undefined).map(([name]) => [name, rule(name)]);
  if (mistakes.length > 0) return { mistakes: Object.fromEntries(mistakes) };
  // Each of them was typed and is a number now.
  return Object.fromEntries(numbers) as unknown as PopulateOrder;
}

function numberOf(text: string, [least, most]: readonly [number, number]): number | undefined {
  const number = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function rule(name: keyof Typed): string {
  const [least, most] = LIMITS[name].map((limit) => limit.toLocaleString('en-GB'));
  return `Enter a whole number from ${least} to ${most}.`;
}
