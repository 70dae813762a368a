/** What a customer has: a card for each account, and the way to open another. */
import type { AccountSummary } from '../../../common/pages/bank.js';
import { ButtonLink } from '../../components/button.js';
import { Money } from '../../components/money.js';
import { Page } from '../../components/page.js';
import { WithAccounts } from '../with-accounts.js';
import { AccountCard } from './account-card.js';
import styles from './accounts.module.css';
import { OpenAccount, OpeningCard } from './open-account.js';
import { useOpening } from './use-opening.js';

export function AccountsPage() {
  const opening = useOpening();
  return (
    <Page
      title="Your accounts"
      actions={
        <>
          <OpenAccount opening={opening} />
          <ButtonLink to="/send" kind="primary">
            Send money
          </ButtonLink>
        </>
      }
    >
      <div>
        <WithAccounts empty={<Empty waiting={opening.waiting !== undefined} />}>
          {(accounts) => (
            <>
              <Total accounts={accounts} />
              <ul className={styles.cards}>
                {accounts.map((account) => (
                  <li key={account.id}>
                    <AccountCard account={account} />
                  </li>
                ))}
                <OpeningCard opening={opening} />
              </ul>
            </>
          )}
        </WithAccounts>
      </div>
    </Page>
  );
}

function Total({ accounts }: { accounts: readonly AccountSummary[] }) {
  if (accounts.length < 2) return null;
  return (
    <p className={styles.total}>
      <span>In all {accounts.length} accounts</span>{' '}
      <Money amount={accounts.reduce((sum, { balance }) => sum + balance, 0)} size="large" />
    </p>
  );
}

function Empty({ waiting }: { waiting: boolean }) {
  return (
    <p>
      {waiting
        ? 'Your account is being opened. It appears here by itself.'
        : 'You have no account yet. Open one, then pay in or let somebody send you money.'}
    </p>
  );
}
