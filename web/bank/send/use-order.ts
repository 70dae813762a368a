/**
 * A transfer from the first typed letter to its answer, and what of it stands in the address.
 *
 * - Whoever comes from an account means that account, whatever was typed before. Another that is chosen then takes its place in the
 *   address, so Back and a reload find the one that was chosen.
 * - The answer puts its transfer into the address, once. When it is gone from there (Back, or Send in the header), the next order begins.
 */
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { AccountSummary, TransferOrdered } from '../../../common/pages/bank.js';
import { useServices } from '../../app/services.js';
import { type CommandHandle, useCommand } from '../commands/use-command.js';
import { listWithPending } from '../entries.js';
import { useAccountListChange } from '../with-accounts.js';
import { accountNumber, EMPTY_ORDER, type OrderText, readOrder } from './order.js';

const route = getRouteApi('/signed-in/send');

export interface Order extends Omit<CommandHandle<TransferOrdered>, 'edit'> {
  values: OrderText;
  edit(change: Partial<OrderText>): void;
}

export function useOrder(accounts: readonly AccountSummary[]): Order {
  const { api } = useServices();
  const { from, step, transfer } = route.useSearch();
  const navigate = route.useNavigate();
  const change = useAccountListChange();
  const { edit, ...handle } = useCommand<TransferOrdered>({
    name: 'send',
    initial: { ...EMPTY_ORDER, from: String(from ?? accounts[0]?.id ?? '') },
    send: async (values, key) => {
      const read = readOrder(values as OrderText);
      if (!read.ok) throw new Error('an order is sent that cannot be read');
      const ordered = await api.post<TransferOrdered>('/api/transfers', read.order, key);
      change((list) => listWithPending(list, read.order.from, ordered.transaction_id));
      return ordered;
    },
    showsAnswer: step === 'review' || transfer !== undefined,
  });
  const { command, startAnew } = handle;
  const ordered = command.phase === 'answered' ? command.answer.transaction_id : undefined;

  const shown = useRef<number>(undefined);
  const beginNext = useEffectEvent(startAnew);
  useEffect(() => {
    if (ordered === undefined) return;
    if (transfer === ordered) shown.current = ordered;
    else if (transfer === undefined && shown.current === ordered) beginNext();
    else if (transfer === undefined) void navigate({ search: { transfer: ordered }, replace: true });
  }, [ordered, transfer, navigate]);

  const payFrom = useEffectEvent((id: number) => edit({ from: String(id) }));
  useEffect(() => {
    if (from !== undefined && step === undefined) payFrom(from);
  }, [from, step]);

  return {
    ...handle,
    values: command.values as OrderText,
    edit(change) {
      edit(change);
      const payer = change.from === undefined ? undefined : accountNumber(change.from);
      if (payer === undefined) return;
      void navigate({ search: (now) => ({ ...now, from: payer }), replace: true, resetScroll: false });
    },
  };
}
