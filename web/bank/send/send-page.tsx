/** Send money: what, once more to look at, and what became of it. The step is in the address; Back goes a step back. */
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import type { AccountSummary, TransferOrdered } from '../../../common/pages/bank.js';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { Page } from '../../components/page.js';
import { NoAnswer } from '../commands/outcome.js';
import { useCommand } from '../commands/use-command.js';
import { listWithPending } from '../entries.js';
import { useAccountListChange, WithAccounts } from '../with-accounts.js';
import { EMPTY_ORDER, type OrderText, readOrder } from './order.js';
import { OrderForm } from './order-form.js';
import { Review } from './review.js';
import { TransferResult } from './transfer-result.js';

const route = getRouteApi('/signed-in/send');

export function SendPage() {
  const { transfer, step } = route.useSearch();
  const title =
    transfer !== undefined ? `Transfer ${transfer}` : step === 'review' ? 'Check and send' : 'Send money';
  return (
    <Page title={title} width="narrow">
      <Card>
        {/* What became of a transfer is known without the accounts, and most wanted when they do not answer. */}
        <WithAccounts
          empty={<p>You need an account to send from. Open one first.</p>}
          dispensable={transfer !== undefined}
        >
          {(accounts) => <Steps accounts={accounts} />}
        </WithAccounts>
      </Card>
    </Page>
  );
}

function Steps({ accounts }: { accounts: readonly AccountSummary[] }) {
  const { api } = useServices();
  const { from, step, transfer } = route.useSearch();
  const navigate = route.useNavigate();
  const change = useAccountListChange();
  const { command, edit, submit, startAnew } = useCommand<TransferOrdered>({
    name: 'send',
    initial: { ...EMPTY_ORDER, from: String(from ?? accounts[0]?.id ?? '') },
    send: async (values, key) => {
      const read = readOrder(values as OrderText);
      if (!read.ok) throw new Error('an order is sent that cannot be read');
      const ordered = await api.post<TransferOrdered>('/api/transfers', read.order, key);
      change((list) => listWithPending(list, read.order.from, 1));
      return ordered;
    },
    showsAnswer: step === 'review' || transfer !== undefined,
  });
  const answer = command.phase === 'answered' ? command.answer : undefined;
  const values = command.values as OrderText;
  const read = readOrder(values);

  useEffect(() => {
    if (answer && transfer === undefined)
      void navigate({ search: { transfer: answer.transaction_id }, replace: true });
  }, [answer, transfer, navigate]);

  // Whoever comes from an account means that account, whatever was typed before.
  const payFrom = useEffectEvent((id: number) => edit({ from: String(id) }));
  useEffect(() => {
    if (from !== undefined && step === undefined) payFrom(from);
  }, [from, step]);

  if (transfer !== undefined) {
    const correlation = answer?.transaction_id === transfer ? answer.correlation : undefined;
    return (
      <TransferResult id={transfer} accounts={accounts} correlation={correlation} onAnother={startAnew} />
    );
  }
  if (command.phase === 'unknown') return <NoAnswer problem={command.problem} again={() => submit()} />;
  const sending = command.phase === 'sent' || command.phase === 'answered';
  if (read.ok && (step === 'review' || sending))
    return (
      <Review
        order={read.order}
        accounts={accounts}
        problem={command.phase === 'draft' ? command.problem : undefined}
        sending={sending}
        send={() => submit()}
      />
    );
  return (
    <OrderForm
      accounts={accounts}
      values={values}
      edit={edit}
      review={() => void navigate({ search: (now) => ({ ...now, step: 'review' as const }) })}
    />
  );
}
