import type { ReceiptHandler, ServiceModel } from '../types.js';
import { RunContext, type Send } from './context.js';
import type { Job } from './job.js';
import type { OutboxEntry } from './outbox-entry.js';
import type { Transaction } from './transaction.js';

/** Classic receipt listeners: called once per event of a batch after the bus has judged it. */

export function receiptHandler(model: ServiceModel, type: string): ReceiptHandler | undefined {
  return model.types.get(type)?.receipt;
}

export function hasReceiptListener(
  model: ServiceModel,
  sends: readonly { readonly type: string }[],
): boolean {
  return sends.some(({ type }) => receiptHandler(model, type));
}

/**
 * Calls the listeners for a judged entry within one transaction, in the order of its events.
 * @returns what they send
 */
export async function runReceipts(
  model: ServiceModel,
  entry: OutboxEntry,
  status: 'success' | 'inconsistent',
  transaction: Transaction,
  job: Job,
): Promise<Send[]> {
  const sends: Send[] = [];
  for (const { type, key, data, correlation, causation } of entry.sends) {
    const handler = receiptHandler(model, type);
    if (!handler) continue;
    // The instant of the batch: the same if the receipt has to be handled again.
    const occasion = { now: Date.parse(entry.since), correlation, causation };
    const context = new RunContext('receipt', transaction, sends, occasion);
    await job.run(
      () => handler(context, { status, type, key, correlation, data }),
      (reason) => transaction.close(reason),
    );
  }
  transaction.close();
  return sends;
}
