/** What is typed on the Send page, and the transfer that it says, or what is wrong with it. Pure. */
import type { TransferOrder } from '../../../common/pages/bank.js';
import { parseAmount } from '../../format/amount.js';

export const EMPTY_ORDER = { from: '', to: '', amount: '', note: '' };
export type OrderText = typeof EMPTY_ORDER;

export interface OrderMistakes {
  from?: string;
  to?: string;
  amount?: string;
}

export type ReadOrder = { ok: true; order: TransferOrder } | { ok: false; mistakes: OrderMistakes };

/** The number of an account as it is typed; nothing if it is none. */
export function accountNumber(text: string): number | undefined {
  const digits = /^\s*(\d{1,15})\s*$/.exec(text)?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}

export function readOrder({ from, to, amount: text, note }: OrderText): ReadOrder {
  const [payer, payee, amount] = [accountNumber(from), accountNumber(to), parseAmount(text)];
  if (payer === undefined || payee === undefined || payer === payee || !amount.ok)
    return {
      ok: false,
      mistakes: {
        ...(payer === undefined && { from: 'Choose the account that pays.' }),
        ...(payee === undefined && {
          to:
            to.trim() === ''
              ? 'Enter the number of the account to pay.'
              : 'An account has a number, such as 42.',
        }),
        ...(payee !== undefined &&
          payee === payer && { to: 'This is the account that pays. Choose another.' }),
        ...(!amount.ok && { amount: amount.message }),
      },
    };
  const words = note.trim();
  return { ok: true, order: { from: payer, to: payee, amount: amount.pence, ...(words && { note: words }) } };
}
