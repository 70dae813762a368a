/** The person's accounts, read once and kept current by push, in whichever of the four states they are. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { AccountList, AccountSummary } from '../../common/pages/bank.js';
import { useServices } from '../app/services.js';
import { FourStates } from '../components/four-states.js';
import { useFollow } from '../live/use-follow.js';
import { GAP, listWithEntry, listWithOpened } from './entries.js';
import { accountsRead } from './reads.js';

interface WithAccountsProps {
  children: (accounts: readonly AccountSummary[]) => ReactNode;
  empty: ReactNode;
  /** true: while they cannot be read, the children are shown with none */
  dispensable?: boolean;
}

export function WithAccounts({ children, empty, dispensable = false }: WithAccountsProps) {
  const { api } = useServices();
  const accounts = useQuery(accountsRead(api));
  const change = useAccountListChange();
  useFollow(accounts.data ? 'user' : undefined, accounts.data?.cursor, (opened, cursor) =>
    change((list) => listWithOpened(list, opened.account_id, cursor)),
  );
  if (dispensable && accounts.isLoadingError) return children([]);
  return (
    <>
      {accounts.data?.accounts.map((account) => (
        <AccountFollower key={account.id} account={account} />
      ))}
      <FourStates
        query={accounts}
        what="your accounts"
        isEmpty={(list) => list.accounts.length === 0}
        empty={empty}
      >
        {(list) => children(list.accounts)}
      </FourStates>
    </>
  );
}

function AccountFollower({ account }: { account: AccountSummary }) {
  const change = useAccountListChange();
  useFollow(`account:${account.id}`, account.entries, (entry) =>
    change((list) => listWithEntry(list, account.id, entry)),
  );
  return null;
}

/** Applies a change to the list that is held, and reads it anew if something is missing in between. */
export function useAccountListChange() {
  const { api } = useServices();
  const queries = useQueryClient();
  const { queryKey } = accountsRead(api);
  return (change: (list: AccountList) => AccountList | typeof GAP) => {
    const list = queries.getQueryData(queryKey);
    if (!list) return;
    const changed = change(list);
    if (changed === GAP) void queries.invalidateQueries({ queryKey });
    else queries.setQueryData(queryKey, changed);
  };
}
