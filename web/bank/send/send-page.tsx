/** Send money: what, once more to look at, and what became of it. The step is in the address; Back goes a step back. */
import { getRouteApi } from '@tanstack/react-router';
import type { AccountSummary } from '../../../common/pages/bank.js';
import { Card } from '../../components/card.js';
import { Page } from '../../components/page.js';
import { CarriedOut, NoAnswer } from '../commands/outcome.js';
import { WithAccounts } from '../with-accounts.js';
import { readOrder } from './order.js';
import { OrderForm } from './order-form.js';
import { Review } from './review.js';
import { TransferResult } from './transfer-result.js';
import { useOrder } from './use-order.js';

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
  const { step, transfer } = route.useSearch();
  const navigate = route.useNavigate();
  const { command, values, edit, submit, startAnew } = useOrder(accounts);
  const read = readOrder(values);

  if (transfer !== undefined) {
    const answer = command.phase === 'answered' ? command.answer : undefined;
    const correlation = answer?.transaction_id === transfer ? answer.correlation : undefined;
    return (
      <TransferResult id={transfer} accounts={accounts} correlation={correlation} onAnother={startAnew} />
    );
  }
  if (command.phase === 'unknown') return <NoAnswer problem={command.problem} again={() => submit()} />;
  if (command.phase === 'repeated')
    return (
      <CarriedOut
        account={values.from}
        another="Send more"
        onAnother={() => {
          startAnew();
          void navigate({ search: ({ from }) => ({ from }), replace: true });
        }}
      />
    );
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
