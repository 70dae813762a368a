/** What the whole log comes to, counted on this page event by event, and whether the books balance. */
import { useQuery } from '@tanstack/react-query';
import { useServices } from '../../app/services.js';
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { Facts } from '../../components/facts.js';
import { FourStates } from '../../components/four-states.js';
import { Money } from '../../components/money.js';
import { Page } from '../../components/page.js';
import { Table } from '../../components/table.js';
import { Time } from '../../components/time.js';
import { Service, TraceLink } from '../parts/mentions.js';
import { judgedRead } from '../reads.js';
import { lengthOf } from '../services/measures.js';
import { useServicesNow } from '../use-now.js';
import { Bars } from './bars.js';
import type { BookView, Transfers } from './book.js';
import styles from './totals.module.css';
import { useBook } from './use-book.js';

export function TotalsPage() {
  const { query, head, done } = useBook();
  const card = { query, live: false, lines: 4, isEmpty: (book: BookView) => book.upTo === 0 };
  const empty = 'Nothing has happened yet: the log is empty.';
  return (
    <Page title="Totals" width="wide">
      {!done && query.data && (
        <p className={styles.progress} role="status">
          <progress value={query.data.upTo} max={head} aria-label="How much of the log is read" /> Reading the
          log: {query.data.upTo.toLocaleString('en-GB')} of {head.toLocaleString('en-GB')} events
        </p>
      )}
      <div className={styles.columns}>
        <Card title="Money" actions={done && query.data && <Balanced book={query.data} />}>
          <FourStates {...card} what="the money" empty={empty} live>
            {(book) => <MoneyFacts book={book} />}
          </FourStates>
        </Card>
        <Card title="Transfers">
          <FourStates {...card} what="the transfers" empty={empty}>
            {(book) => <TransferFacts transfers={book.transfers} />}
          </FourStates>
        </Card>
      </div>
      <div className={styles.columns}>
        <Card title="By type">
          <FourStates {...card} what="the types" empty={empty}>
            {(book) => <Bars counts={book.types} head="Type" />}
          </FourStates>
        </Card>
        <Card title="By service">
          <FourStates {...card} what="the services" empty={empty}>
            {(book) => (
              <Bars counts={book.services} head="Service" name={(name) => <Service name={name} />} />
            )}
          </FourStates>
        </Card>
        <Card title="By hour">
          <FourStates {...card} what="the hours" empty={empty}>
            {(book) => (
              <Bars
                counts={book.hours.slice(-HOURS_MAX)}
                head="Hour"
                name={(hour) => <Time at={Date.parse(hour)} />}
              />
            )}
          </FourStates>
        </Card>
      </div>
      <Card flush title="Slowest traces">
        <FourStates {...card} what="the slowest traces" empty={empty}>
          {(book) => <Slowest book={book} />}
        </FourStates>
      </Card>
    </Page>
  );
}

/** The last two days. */
const HOURS_MAX = 48;

function Balanced({ book: { money } }: { book: BookView }) {
  return money.debited === money.credited ? (
    <Chip tone="good">What was taken was given</Chip>
  ) : (
    <Chip tone="bad">Transfers do not balance</Chip>
  );
}

function MoneyFacts({ book: { money } }: { book: BookView }) {
  const { paidIn, paidOut, refunded, debited, credited } = money;
  return (
    <Facts
      arrangement="columns"
      facts={[
        ['Paid in', <Money key="in" amount={paidIn} />],
        ['Refunded', <Money key="refunded" amount={refunded} />],
        ['Paid out', <Money key="out" amount={paidOut} />],
        ['So all accounts hold', <Money key="held" amount={paidIn + refunded - paidOut} size="large" />],
        ['Taken by transfers', <Money key="debited" amount={debited} />],
        ['Given by transfers', <Money key="credited" amount={credited} />],
      ]}
    />
  );
}

function TransferFacts({ transfers: { accepted, refused, pending } }: { transfers: Transfers }) {
  const services = useServicesNow();
  const { api } = useServices();
  const attempts = useQuery(judgedRead(api)).data;
  const judged = accepted + refused;
  const again = (services.data?.services ?? []).reduce((sum, { redelivered }) => sum + redelivered, 0);
  return (
    <Facts
      arrangement="columns"
      facts={[
        ['Accepted', accepted.toLocaleString('en-GB')],
        ['Refused', refused.toLocaleString('en-GB')],
        ['Refused, of all judged', share(refused, judged)],
        ['Without a verdict', pending.toLocaleString('en-GB')],
        ['Events delivered again', again.toLocaleString('en-GB')],
        [
          'Events refused as decided on stale knowledge',
          attempts === undefined ? '—' : share(attempts.refused, attempts.accepted + attempts.refused),
        ],
      ]}
    />
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '—' : `${((part / whole) * 100).toFixed(1)} %`;
}

function Slowest({ book: { slowest } }: { book: BookView }) {
  return (
    <Table
      caption="Traces, the slowest first"
      rows={slowest}
      keyOf={({ correlation }) => correlation}
      columns={[
        { head: 'Trace', cell: ({ correlation }) => <TraceLink correlation={correlation} /> },
        { head: 'From first to last event', figures: true, cell: ({ ms }) => lengthOf(ms) },
        { head: 'Events', figures: true, cell: ({ events }) => events },
      ]}
    />
  );
}
