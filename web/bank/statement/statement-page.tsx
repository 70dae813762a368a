/** One account: balance, chart, and every entry with the balance after it; now, or as of the end of a day. */
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ButtonLink } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { FourStates, Skeleton } from '../../components/four-states.js';
import { Money } from '../../components/money.js';
import { Page } from '../../components/page.js';
import { Time } from '../../components/time.js';
import type { Statement } from '../entries.js';
import { Entries } from './entries-table.js';
import styles from './statement.module.css';
import { StatementTools } from './statement-tools.js';
import { useStatement } from './use-statement.js';

const BalanceChart = lazy(() => import('./balance-chart.js'));
const route = getRouteApi('/signed-in/accounts/$id');

export function StatementPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const statement = useStatement(Number(id), search.as_of);
  const { asOf } = statement;
  const params = { id };
  return (
    <Page
      title={`Account ${id}`}
      above={<Link to="/accounts">← Your accounts</Link>}
      actions={
        <>
          <ButtonLink to="/accounts/$id/deposit" params={params}>
            Deposit
          </ButtonLink>
          <ButtonLink to="/accounts/$id/withdraw" params={params}>
            Withdraw
          </ButtonLink>
          <ButtonLink to="/send" search={{ from: Number(id) }} kind="primary">
            Send
          </ButtonLink>
        </>
      }
    >
      <Card>
        <FourStates query={statement.query} what={`account ${id}`} live={asOf === undefined}>
          {(data) => <Balance statement={data} asOf={asOf} />}
        </FourStates>
      </Card>
      <Card title="Entries" flush actions={<StatementTools statement={statement} />}>
        <FourStates
          query={statement.query}
          what="the entries"
          live={asOf === undefined}
          isEmpty={(data) => data.entries.length === 0}
          empty={
            asOf === undefined
              ? 'Nothing has moved yet. Pay in, or let somebody send money to this account.'
              : 'There was no entry until then.'
          }
        >
          {() => <Entries statement={statement} />}
        </FourStates>
      </Card>
    </Page>
  );
}

function Balance({ statement, asOf }: { statement: Statement; asOf: number | undefined }) {
  return (
    <div className={styles.balance}>
      <p className={styles.label}>
        {asOf === undefined ? (
          'Balance'
        ) : (
          <>
            Balance as of <Time at={asOf} />
          </>
        )}
      </p>
      <Money amount={statement.balance} size="figure" />
      {statement.entries.length > 1 && (
        <Suspense fallback={<Skeleton what="the chart" lines={5} />}>
          <BalanceChart entries={statement.entries} />
        </Suspense>
      )}
    </div>
  );
}
