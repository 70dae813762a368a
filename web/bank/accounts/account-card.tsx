/** One account at a glance: balance, how it moved lately, what is under way, the last entry. */
import { Link } from '@tanstack/react-router';
import type { AccountSummary } from '../../../common/pages/bank.js';
import { Chip } from '../../components/chip.js';
import { Money } from '../../components/money.js';
import { Time } from '../../components/time.js';
import styles from './accounts.module.css';
import { Sparkline } from './sparkline.js';

export function AccountCard({ account }: { account: AccountSummary }) {
  const { id, balance, last, recent, pending } = account;
  return (
    <article className={styles.card} data-account={id}>
      <header className={styles.cardHead}>
        <h2>
          <Link to="/accounts/$id" params={{ id: String(id) }} className={styles.cover}>
            Account {id}
          </Link>
        </h2>
        {pending.length > 0 && <Chip tone="info">{pending.length} pending</Chip>}
      </header>
      <Money amount={balance} size="figure" />
      <Sparkline values={recent} label={`Balance over the last ${recent.length} entries`} />
      <p className={styles.last}>
        {last ? (
          <>
            <span className={styles.note}>{last.note}</span>
            <Money amount={last.amount} movement />
            <span className={styles.when}>
              <Time at={last.timestamp * 1000} />
            </span>
          </>
        ) : (
          'Nothing has moved yet.'
        )}
      </p>
    </article>
  );
}
