import type { Random } from '../../common/random.js';

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/** How long to wait before attempt n (from 1): doubled each time, spread over its upper half so that pages do not come back together. */
export function backoffMs(attempt: number, random: Random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(ceiling * (0.5 + random.next() / 2));
}
