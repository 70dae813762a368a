import { wholeNumber } from '../common/option-parsers.js';
import type { OptionTable } from '../common/options.js';

/** What every bench can be told. */
export const BENCH_OPTIONS = {
  rounds: { describe: 'how often everything is measured, in turn', default: '3', parse: wholeNumber(1) },
  record: { flag: true, describe: 'add the result to bench/RESULTS.md' },
} as const satisfies OptionTable;

/** A service that counts the events of each key. */
export const COUNTER = 'bench/scripts/counter.lua';
