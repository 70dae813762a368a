/** The person's accounts, read once and kept current by push, in whichever of the four states they are. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { AccountList, AccountSummary } from '../../common/pages/bank.js';
import { useServices } from '../app/services.js';
import { FourStates } from '../components/four-states.js';
import { useFollow } from '../live/use-follow.js';
import { GAP, listWithEntry, listWithOpened, listWithVerdict } from './entries.js';
import { accountsRead } from './reads.js';

/** Transfers followed at once: one connection may follow 1,000 topics, and each is looked up before it is. */
const PENDING_FOLLOWED_MAX = 100;

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
      {accounts.data && <PendingFollowers accounts={accounts.data.accounts} />}
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

/** The oldest of what is under way; with each verdict the next one is followed. */
function PendingFollowers({ accounts }: { accounts: readonly AccountSummary[] }) {
  const pending = accounts.flatMap((account) => account.pending).slice(0, PENDING_FOLLOWED_MAX);
  return pending.map((id) => <PendingFollower key={id} id={id} />);
}

/** Whenever the verdict was given, also before this page knew of the transfer, it is told. */
function PendingFollower({ id }: { id: number }) {
  const change = useAccountListChange();
  useFollow(`transfer:${id}`, 0, ({ status }) => {
    if (status !== 'pending') change((list) => listWithVerdict(list, id));
  });
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
