/** Deposit and withdraw: the same page with the sign turned round. */
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { Card } from '../../components/card.js';
import { Page } from '../../components/page.js';
import { WithAccounts } from '../with-accounts.js';
import { CashForm } from './cash-form.js';
import type { CashKind } from './use-cash.js';

const deposit = getRouteApi('/signed-in/accounts/$id/deposit');
const withdraw = getRouteApi('/signed-in/accounts/$id/withdraw');

export function DepositPage() {
  const navigate = deposit.useNavigate();
  const setDone = useCallback(
    (done: boolean) => void navigate({ search: done ? { done } : {}, replace: true }),
    [navigate],
  );
  return (
    <CashPage
      kind="deposit"
      id={deposit.useParams().id}
      done={deposit.useSearch().done ?? false}
      setDone={setDone}
    />
  );
}

export function WithdrawPage() {
  const navigate = withdraw.useNavigate();
  const setDone = useCallback(
    (done: boolean) => void navigate({ search: done ? { done } : {}, replace: true }),
    [navigate],
  );
  return (
    <CashPage
      kind="withdrawal"
      id={withdraw.useParams().id}
      done={withdraw.useSearch().done ?? false}
      setDone={setDone}
    />
  );
}

const TITLES: Record<CashKind, string> = { deposit: 'Deposit to', withdrawal: 'Withdraw from' };

interface CashPageProps {
  kind: CashKind;
  id: string;
  done: boolean;
  setDone: (done: boolean) => void;
}

function CashPage({ kind, id, done, setDone }: CashPageProps) {
  const none = <p>You have no account {id}.</p>;
  return (
    <Page
      title={`${TITLES[kind]} account ${id}`}
      width="narrow"
      above={
        <Link to="/accounts/$id" params={{ id }}>
          ← Account {id}
        </Link>
      }
    >
      <Card>
        <WithAccounts empty={none}>
          {(accounts) => {
            const account = accounts.find((one) => String(one.id) === id);
            if (!account) return none;
            return (
              <CashForm key={`${kind} ${id}`} kind={kind} account={account} done={done} setDone={setDone} />
            );
          }}
        </WithAccounts>
      </Card>
    </Page>
  );
}
