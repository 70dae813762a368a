/**
 * What the log says about the bank, by code that shares nothing with the services: balances, verdicts, and every sentence that
 * must hold of them at every position.
 */
import type { ExportedEvent } from './system.js';

export interface BankOfTheLog {
  readonly balances: ReadonlyMap<number, number>;
  /** transaction → accepted or rejected; a transaction without verdict is missing */
  readonly verdicts: ReadonlyMap<number, 'accepted' | 'rejected'>;
  readonly pending: ReadonlySet<number>;
  /** one sentence per thing that is wrong */
  readonly faults: readonly string[];
}

interface TransferParts {
  verdicts: number;
  debits: number;
  credits: number;
}

export function foldBank(events: readonly ExportedEvent[]): BankOfTheLog {
  const faults: string[] = [];
  const heads = new Map<string, number>();
  const balances = new Map<number, number>();
  const verdicts = new Map<number, 'accepted' | 'rejected'>();
  const pending = new Set<number>();
  const batches = new Map<string, TransferParts>();

  events.forEach((event, index) => {
    const at = `position ${event.position}`;
    if (event.position !== String(index + 1))
      faults.push(`${at}: the position after ${index} should be ${index + 1}`);
    const { key, value } = event.consistency;
    const expected = (heads.get(key) ?? -1) + 1;
    if (value !== expected) faults.push(`${at}: ${key} has the value ${value} after ${expected - 1}`);
    heads.set(key, value);

    const data = event.data as Readonly<Record<string, number>>;
    const parts = batches.get(event.batch_id ?? at) ?? { verdicts: 0, debits: 0, credits: 0 };
    batches.set(event.batch_id ?? at, parts);
    switch (event.event_type) {
      case 'AccountCreated':
        if (value !== 0 || balances.has(data.acc_id!))
          faults.push(`${at}: account ${data.acc_id} is created twice`);
        balances.set(data.acc_id!, 0);
        break;
      case 'ConfirmedCredit':
        parts.credits++;
        balances.set(data.id!, (balances.get(data.id!) ?? Number.NaN) + data.amount!);
        break;
      case 'ConfirmedDebit': {
        parts.debits++;
        const balance = (balances.get(data.id!) ?? Number.NaN) - data.amount!;
        if (!(balance >= 0)) faults.push(`${at}: the balance of account ${data.id} is ${balance}`);
        balances.set(data.id!, balance);
        break;
      }
      case 'PendingTransaction':
        if (pending.has(data.id!)) faults.push(`${at}: transaction ${data.id} is ordered twice`);
        pending.add(data.id!);
        break;
      case 'AcceptedTransaction':
      case 'RejectedTransaction': {
        const id = data.transaction_id!;
        if (verdicts.has(id)) faults.push(`${at}: transaction ${id} has two verdicts`);
        if (!pending.has(id)) faults.push(`${at}: transaction ${id} has a verdict and was never ordered`);
        verdicts.set(id, event.event_type === 'AcceptedTransaction' ? 'accepted' : 'rejected');
        if (event.event_type === 'AcceptedTransaction') parts.verdicts++;
        break;
      }
    }
  });

  for (const [batch, { verdicts, debits, credits }] of batches)
    if (verdicts > 0 && (verdicts !== 1 || debits !== 1 || credits !== 1))
      faults.push(`batch ${batch}: ${verdicts} acceptances, ${debits} debits, ${credits} credits`);
  return { balances, verdicts, pending, faults };
}
