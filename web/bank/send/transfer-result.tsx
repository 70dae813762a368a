/** What became of a transfer: pending until the verdict is pushed, then accepted, or refused with the reason. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { AccountSummary, Transfer } from '../../../common/pages/bank.js';
import { useServices } from '../../app/services.js';
import { Button, ButtonLink } from '../../components/button.js';
import { Facts } from '../../components/facts.js';
import { FourStates } from '../../components/four-states.js';
import { Money } from '../../components/money.js';
import { formatMoney } from '../../format/money.js';
import { useFollow } from '../../live/use-follow.js';
import styles from '../commands/commands.module.css';
import { Refusal } from '../commands/outcome.js';
import { ProgressChip } from '../commands/progress.js';
import { TraceLink } from '../commands/trace-link.js';
import { transferRead } from '../reads.js';

interface TransferResultProps {
  id: number;
  accounts: readonly AccountSummary[];
  /** known in the tab that sent it */
  correlation: string | undefined;
  onAnother: () => void;
}

export function TransferResult({ id, accounts, correlation, onAnother }: TransferResultProps) {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = transferRead(api, id);
  const transfer = useQuery(read);
  const pending = transfer.data?.status === 'pending';

  useFollow(pending ? `transfer:${id}` : undefined, 0, ({ status, reason }) => {
    queries.setQueryData(read.queryKey, (now) => now && { ...now, status, ...(reason && { reason }) });
  });

  return (
    <FourStates query={transfer} what={`transfer ${id}`} live={pending}>
      {(data) => (
        <Result transfer={data} accounts={accounts} correlation={correlation} onAnother={onAnother} />
      )}
    </FourStates>
  );
}

const PROGRESS = { pending: 'pending', accepted: 'accepted', rejected: 'refused' } as const;

function Result({
  transfer,
  accounts,
  correlation,
  onAnother,
}: Omit<TransferResultProps, 'id'> & { transfer: Transfer }) {
  const navigate = useNavigate();
  const { from, to, amount, note, status } = transfer;
  const payer = accounts.find(({ id }) => id === from);
  const another = () => {
    onAnother();
    void navigate({ to: '/send', search: { from } });
  };
  return (
    <div className={styles.result}>
      <div className={styles.resultHead}>
        <h2>
          {formatMoney(amount)} to account {to}
        </h2>
        <ProgressChip progress={PROGRESS[status]} />
      </div>
      {status === 'rejected' && <Refusal>{refusalOf(transfer, payer)}</Refusal>}
      {status === 'pending' && (
        <p>The bank has it on record. The verdict appears here by itself; you can leave this page.</p>
      )}
      <Facts
        arrangement="rows"
        facts={[
          ['From', `Account ${from}`],
          ['To', `Account ${to}`],
          ['Note', note ?? '–'],
          ...(payer ? ([['Balance now', <Money key="balance" amount={payer.balance} />]] as const) : []),
          ...(correlation
            ? ([['Reference', <TraceLink key="trace" correlation={correlation} />]] as const)
            : []),
        ]}
      />
      <div className={styles.buttons}>
        {payer && (
          <ButtonLink to="/accounts/$id" params={{ id: String(from) }} kind="primary">
            See the statement
          </ButtonLink>
        )}
        <Button onPress={another}>Send more</Button>
      </div>
    </div>
  );
}

function refusalOf({ reason, from }: Transfer, payer: AccountSummary | undefined): string {
  const why = reason ?? 'no reason was given';
  if (!/balance/i.test(why) || payer === undefined) return `Refused: ${why}. No money has moved.`;
  return `Refused: ${why}. Account ${from} has ${formatMoney(payer.balance)} available. No money has moved.`;
}
