import { type SyntheticEvent, useEffect, useState } from 'react';
import type { AccountSummary } from '../../../common/pages/bank.js';
import { useLiveStatus } from '../../app/services.js';
import { Button, ButtonLink } from '../../components/button.js';
import { Facts } from '../../components/facts.js';
import { focusFirstMistake } from '../../components/focus-mistake.js';
import { Money } from '../../components/money.js';
import { parseAmount } from '../../format/amount.js';
import { formatMoney } from '../../format/money.js';
import { whyNoMoney } from '../../live/status.js';
import { AmountField } from '../commands/amount-field.js';
import styles from '../commands/commands.module.css';
import { CarriedOut, NoAnswer, Refusal } from '../commands/outcome.js';
import { ProgressChip } from '../commands/progress.js';
import { TraceLink } from '../commands/trace-link.js';
import { type Cash, type CashKind, useCash } from './use-cash.js';

const WORDS = {
  deposit: { action: 'Deposit', done: 'Paid in', busy: 'Depositing …' },
  withdrawal: { action: 'Withdraw', done: 'Paid out', busy: 'Withdrawing …' },
} as const;

interface CashFormProps {
  kind: CashKind;
  account: AccountSummary;
  /** the result is shown: part of the address, so that a reload shows it again and a new visit does not */
  done: boolean;
  setDone: (done: boolean) => void;
}

export function CashForm({ kind, account, done, setDone }: CashFormProps) {
  const cash = useCash(kind, account, done);
  const { command } = cash;
  const answered = command.phase === 'answered';
  useEffect(() => {
    if (answered !== done) setDone(answered);
  }, [answered, done, setDone]);
  if (command.phase === 'answered') return <Result kind={kind} account={account} cash={cash} />;
  if (command.phase === 'unknown') return <NoAnswer problem={command.problem} again={() => cash.submit()} />;
  if (command.phase === 'repeated')
    return (
      <CarriedOut
        account={String(account.id)}
        another={`${WORDS[kind].action} more`}
        onAnother={cash.startAnew}
      />
    );
  return <Order kind={kind} account={account} cash={cash} />;
}

interface PartProps {
  kind: CashKind;
  account: AccountSummary;
  cash: Cash;
}

function Order({ kind, account, cash: { command, progress, edit, submit } }: PartProps) {
  const why = whyNoMoney(useLiveStatus());
  const [tried, setTried] = useState(false);
  const problem = command.phase === 'draft' ? command.problem : undefined;
  const busy = command.phase === 'sent';
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    focusFirstMistake(event.currentTarget);
    if (why === undefined && parseAmount(command.values.amount!).ok) submit();
  };
  return (
    <form className={styles.form} onSubmit={send} noValidate>
      <Facts arrangement="rows" facts={[['Balance', <Money key="balance" amount={account.balance} />]]} />
      {problem && problem.field !== 'amount' && <Refusal>{problem.message}</Refusal>}
      <AmountField
        value={command.values.amount!}
        onChange={(amount) => edit({ amount, after: '' })}
        tried={tried}
        refusal={problem?.field === 'amount' ? refusalOf(problem.message, account) : undefined}
      />
      <div className={styles.buttons}>
        <Button kind="primary" type="submit" busy={busy} why={why}>
          {busy ? WORDS[kind].busy : WORDS[kind].action}
        </Button>
        {progress && <ProgressChip progress={progress} />}
      </div>
    </form>
  );
}

function refusalOf(message: string, { balance }: AccountSummary): string {
  return /funds/i.test(message)
    ? `Refused: not enough funds. ${formatMoney(balance)} is available.`
    : `Refused: ${message}.`;
}

function Result({ kind, account, cash }: PartProps) {
  const { command, progress, entry } = cash;
  if (command.phase !== 'answered') return null;
  const amount = parseAmount(command.values.amount!);
  return (
    <div className={styles.result}>
      <div className={styles.resultHead}>
        <h2>{WORDS[kind].done}</h2>
        {progress && <ProgressChip progress={progress} />}
      </div>
      <Facts
        arrangement="rows"
        facts={[
          ['Amount', amount.ok && <Money key="amount" amount={amount.pence} />],
          ['Balance', <Money key="balance" amount={entry?.balance ?? account.balance} />],
          ['Reference', <TraceLink key="trace" correlation={command.answer.correlation} />],
        ]}
      />
      <div className={styles.buttons}>
        <ButtonLink to="/accounts/$id" params={{ id: String(account.id) }} kind="primary">
          See the statement
        </ButtonLink>
        <Button onPress={cash.startAnew}>{WORDS[kind].action} more</Button>
      </div>
    </div>
  );
}
