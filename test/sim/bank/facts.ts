/** What there is to know of the bank from outside; see banks.ts for what it does. */

export const ACCOUNTS = ['1', '2', '3'] as const;

export function accountKey(id: string): string {
  return `acc-${id}`;
}

/** Per type of request, what answers it. */
export const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  Transfer: ['Accepted', 'Rejected'],
  Order: ['Paid', 'Unpaid'],
};

export const isMoney = ({ type }: { readonly type: string }) =>
  type === 'Credit' || type === 'Debit' || type === 'Deposited';

export function amountOf({ type, data }: { readonly type: string; readonly data: string }): number {
  const { amount } = JSON.parse(data) as { amount: number };
  return type === 'Debit' ? -amount : amount;
}
