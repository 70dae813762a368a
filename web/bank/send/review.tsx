import { useRouter } from '@tanstack/react-router';
import type { AccountSummary, TransferOrder } from '../../../common/pages/bank.js';
import { useLiveStatus } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Facts } from '../../components/facts.js';
import { Money } from '../../components/money.js';
import { formatMoney } from '../../format/money.js';
import { whyNoMoney } from '../../live/status.js';
import type { KeptProblem } from '../commands/command.js';
import styles from '../commands/commands.module.css';
import { Refusal } from '../commands/outcome.js';
import { ProgressChip } from '../commands/progress.js';

interface ReviewProps {
  order: TransferOrder;
  accounts: readonly AccountSummary[];
  problem: KeptProblem | undefined;
  sending: boolean;
  send: () => void;
}

/** The transfer as it will be sent; a press sends it. More than there is can be sent too: the bank knows best what there is. */
export function Review({ order, accounts, problem, sending, send }: ReviewProps) {
  const why = whyNoMoney(useLiveStatus());
  const router = useRouter();
  const payer = accounts.find(({ id }) => id === order.from);
  const short = payer !== undefined && payer.balance < order.amount;
  return (
    <div className={styles.form}>
      <Facts
        arrangement="rows"
        facts={[
          ['From', `Account ${order.from}`],
          ['To', `Account ${order.to}`],
          ['Amount', <Money key="amount" amount={order.amount} size="large" />],
          ['Note', order.note ?? '–'],
        ]}
      />
      {problem && <Refusal>Not sent: {problem.message}</Refusal>}
      {short && !sending && (
        <Refusal>
          Account {order.from} has only {formatMoney(payer.balance)}. If no money arrives before, this will be
          refused.
        </Refusal>
      )}
      <div className={styles.buttons}>
        <Button kind="primary" onPress={send} busy={sending} why={why}>
          {sending ? 'Sending …' : `Send ${formatMoney(order.amount)}`}
        </Button>
        {sending ? (
          <ProgressChip progress="submitted" />
        ) : (
          <Button onPress={() => router.history.back()}>Change it</Button>
        )}
      </div>
    </div>
  );
}
