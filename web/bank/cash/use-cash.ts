/**
 * A deposit or withdrawal from the first key to the entry in the statement. The bank answers as soon as it is on record; the
 * chip says accepted when the entry itself is here. An entry does not say which command it comes from, so the first one of
 * this amount after the command was sent is taken for it.
 */
import { useState } from 'react';
import type { AccountSummary, CashOrdered, StatementEntry } from '../../../common/pages/bank.js';
import { useServices } from '../../app/services.js';
import { parseAmount } from '../../format/amount.js';
import { useFollow } from '../../live/use-follow.js';
import type { Progress } from '../commands/progress.js';
import { type CommandHandle, useCommand } from '../commands/use-command.js';

export type CashKind = 'deposit' | 'withdrawal';

export interface Cash extends CommandHandle<CashOrdered> {
  progress: Progress | undefined;
  /** the entry that it became */
  entry: StatementEntry | undefined;
}

/** `done`: the page shows what became of the last one. */
export function useCash(kind: CashKind, account: AccountSummary, done: boolean): Cash {
  const { api } = useServices();
  const [entry, setEntry] = useState<StatementEntry>();
  const handle = useCommand<CashOrdered>({
    name: `${kind}.${account.id}`,
    // `after`: how long the statement was when the command was sent.
    initial: { amount: '', after: '' },
    send: (values, key) => {
      const amount = parseAmount(values.amount!);
      return api.post(`/api/accounts/${account.id}/${kind}`, { amount: amount.ok ? amount.pence : 0 }, key);
    },
    showsAnswer: done,
  });
  const { command } = handle;
  const wanted = parseAmount(command.values.amount!);
  const movement = wanted.ok ? (kind === 'deposit' ? wanted.pence : -wanted.pence) : undefined;
  const under = command.phase === 'sent' || command.phase === 'answered';

  useFollow(under ? `account:${account.id}` : undefined, Number(command.values.after), (pushed) => {
    if (entry === undefined && pushed.amount === movement) setEntry(pushed);
  });

  const here = under ? entry : undefined;
  return {
    ...handle,
    submit: () => handle.submit({ after: command.values.after || String(account.entries) }),
    startAnew: () => {
      setEntry(undefined);
      handle.startAnew();
    },
    entry: here,
    progress: here ? 'accepted' : PROGRESS[command.phase],
  };
}

const PROGRESS = {
  draft: undefined,
  sent: 'submitted',
  unknown: 'unknown',
  answered: 'pending',
  repeated: 'accepted',
} as const;
