/** What the whole log comes to, and whether the books balance. */
import type { Counted, MoneyTotals, SlowestTraces } from '../../../common/pages/operator.js';
import { Card } from '../../components/card.js';
import { Chip } from '../../components/chip.js';
import { Facts } from '../../components/facts.js';
import { FourStates } from '../../components/four-states.js';
import { Money } from '../../components/money.js';
import { Page } from '../../components/page.js';
import { Table } from '../../components/table.js';
import { Time } from '../../components/time.js';
import { Service, TraceLink } from '../parts/mentions.js';
import { lengthOf } from '../services/measures.js';
import { useServicesNow } from '../use-now.js';
import { Bars } from './bars.js';
import type { Transfers } from './counts.js';
import styles from './totals.module.css';
import { useCounted } from './use-counted.js';
import { type Counting, useCounts } from './use-counts.js';
import { useJudged } from './use-judged.js';

export function TotalsPage() {
  const { query: counts, isBehind } = useCounts();
  const money = useCounted<MoneyTotals>('money');
  const traces = useCounted<SlowestTraces>('traces');
  const card = {
    query: counts,
    lines: 4,
    isEmpty: ({ view, head }: Counting) => view.upTo === 0 && head === 0,
    empty: EMPTY,
  };
  return (
    <Page title="Totals" width="wide">
      {isBehind && counts.data && <CountingOn counting={counts.data} />}
      <div className={styles.columns}>
        <Card title="Money" actions={money.data && <Balanced money={money.data} />}>
          <FourStates query={money} what="the money" lines={4} isEmpty={isUncounted} empty={EMPTY}>
            {(totals) => <MoneyFacts money={totals} />}
          </FourStates>
        </Card>
        <Card title="Transfers">
          <FourStates {...card} what="the transfers">
            {({ view }) => <TransferFacts transfers={view.transfers} />}
          </FourStates>
        </Card>
      </div>
      <div className={styles.columns}>
        <Card title="By type">
          <FourStates {...card} what="the types">
            {({ view }) => <Bars counts={view.types} head="Type" />}
          </FourStates>
        </Card>
        <Card title="By service">
          <FourStates {...card} what="the services">
            {({ view }) => (
              <Bars counts={view.services} head="Service" name={(name) => <Service name={name} />} />
            )}
          </FourStates>
        </Card>
        <Card title="By hour">
          <FourStates {...card} what="the hours">
            {({ view }) => (
              <Bars
                counts={view.hours.slice(-HOURS_MAX)}
                head="Hour"
                name={(hour) => <Time at={Date.parse(hour)} />}
              />
            )}
          </FourStates>
        </Card>
      </div>
      <Card flush title="Slowest traces">
        <FourStates
          query={traces}
          what="the slowest traces"
          lines={4}
          isEmpty={(counted) => counted.traces.length === 0}
          empty="No request has led to more than one event so far."
        >
          {(counted) => <Slowest traces={counted.traces} />}
        </FourStates>
      </Card>
    </Page>
  );
}

/** The last two days. */
const HOURS_MAX = 48;

/** After its start the bus counts its whole log. */
function CountingOn({ counting: { view, head } }: { counting: Counting }) {
  return (
    <p className={styles.progress}>
      <progress value={view.upTo} max={head} aria-label="How much of the log is counted" /> The bus counts its
      log: {view.upTo.toLocaleString('en-GB')} of {head.toLocaleString('en-GB')} events
    </p>
  );
}

const EMPTY = 'Nothing has happened yet: the log is empty.';

function isUncounted({ head }: Counted): boolean {
  return head === '0';
}

function Balanced({ money }: { money: MoneyTotals }) {
  return money.debited === money.credited ? (
    <Chip tone="good">What was taken was given</Chip>
  ) : (
    <Chip tone="bad">Transfers do not balance</Chip>
  );
}

function MoneyFacts({ money }: { money: MoneyTotals }) {
  const { paid_in: paidIn, paid_out: paidOut, refunded, debited, credited } = money;
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
  const attempts = useJudged();
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

function Slowest({ traces }: Pick<SlowestTraces, 'traces'>) {
  return (
    <Table
      caption="Traces, the slowest first"
      rows={traces}
      keyOf={({ correlation }) => correlation}
      columns={[
        { head: 'Trace', cell: ({ correlation }) => <TraceLink correlation={correlation} /> },
        { head: 'From first to last event', figures: true, cell: ({ ms }) => lengthOf(ms) },
        { head: 'Events', figures: true, cell: ({ events }) => events },
      ]}
    />
  );
}
