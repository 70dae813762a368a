import { commandFaults } from './commands.js';
import type { Evidence } from './evidence.js';
import { foldLoyalty } from './loyalty.js';
import { transferFaults } from './transfers.js';

/** Everything that is wrong in the log, one sentence each; empty if every promise was kept. */
export function logFaults(evidence: Evidence): string[] {
  return [...transferFaults(evidence), ...commandFaults(evidence), ...foldLoyalty(evidence).faults];
}
