// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand cannot be those of a <table>
/** The events, newest first; what is out of sight is not drawn. Loaded when it is needed. */
import { memo } from 'react';
import type { BusEvent, ParkedEvent, ServiceStatus } from '../../../common/pages/operator.js';
import { Button } from '../../components/button.js';
import { Failure } from '../../components/four-states.js';
import { VirtualRows } from '../../components/virtual-rows.js';
import { Instant } from '../parts/instant.js';
import { EventLink, KeyLink, Service, Standing, TraceLink } from '../parts/mentions.js';
import { standingsOf } from '../standing.js';
import styles from './live.module.css';
import type { useTail } from './use-tail.js';

const ROW_PX = 41;
const HEADS = ['Position', 'Time', 'Type', 'Key', 'Value', 'Trace', 'Service', 'Handled by'];

interface EventRowsProps {
  /** newest first */
  events: readonly BusEvent[];
  services: readonly ServiceStatus[];
  parked: readonly ParkedEvent[];
  end: Pick<ReturnType<typeof useTail>, 'earlier' | 'hasEarlier' | 'loadEarlier'>;
  /** position of the oldest event that was looked at */
  searchedTo: number;
  filtered: boolean;
}

export default function EventRows({ events, services, parked, end, searchedTo, filtered }: EventRowsProps) {
  const { earlier, hasEarlier, loadEarlier } = end;
  // What a filter leaves may be nothing for a long way back: then somebody decides how far.
  const readsOn = hasEarlier && !filtered && !earlier.error;
  return (
    <>
      <div role="table" aria-label="Events" aria-rowcount={hasEarlier ? -1 : events.length + 1}>
        <div role="rowgroup">
          <div role="row" aria-rowindex={1} tabIndex={-1} className={styles.head}>
            {HEADS.map((head) => (
              <span role="columnheader" tabIndex={-1} key={head}>
                {head}
              </span>
            ))}
          </div>
        </div>
        <VirtualRows
          count={events.length}
          keyOf={(index) => events[index]!.position}
          estimate={() => ROW_PX}
          {...(readsOn && { onEnd: () => void loadEarlier() })}
          row={(index) => <Row event={events[index]!} services={services} parked={parked} />}
        />
      </div>
      <div className={styles.end}>
        {events.length === 0 && <p>No event since position {searchedTo} is like that.</p>}
        {earlier.error && <Failure error={earlier.error} what="earlier events" />}
        {hasEarlier ? (
          <Button small busy={earlier.busy} onPress={() => void loadEarlier()}>
            {earlier.busy ? 'Reading …' : 'Look further back'}
          </Button>
        ) : (
          <p>
            {searchedTo <= 1
              ? 'That is the beginning of the log.'
              : 'A page holds no more. A trace or a key reaches further back.'}
          </p>
        )}
      </div>
    </>
  );
}

interface RowProps {
  event: BusEvent;
  services: readonly ServiceStatus[];
  parked: readonly ParkedEvent[];
}

const Row = memo(function Row({ event, services, parked }: RowProps) {
  const { position, time, event_type, consistency, correlation, sender } = event;
  const standings = standingsOf(event, services, parked);
  return (
    <div className={styles.row} role="presentation" data-position={position}>
      <span role="cell">
        <EventLink position={position} />
      </span>
      <span role="cell" className={styles.time}>
        <Instant time={time} />
      </span>
      <span role="cell" className={styles.type}>
        {event_type}
        {event.masked && <span className={styles.masked}> masked</span>}
      </span>
      <span role="cell" className={styles.key}>
        <KeyLink name={consistency.key} />
      </span>
      <span role="cell" className={styles.value}>
        {consistency.value}
      </span>
      <span role="cell" className={styles.trace}>
        <TraceLink correlation={correlation} />
      </span>
      <span role="cell" className={styles.sender}>
        <Service name={sender} />
      </span>
      <span role="cell" className={styles.standings}>
        {standings.map(({ client_type, standing }) => (
          <Standing key={client_type} name={client_type} standing={standing} />
        ))}
        {standings.length === 0 && <span className={styles.label}>nobody asks for it</span>}
      </span>
    </div>
  );
});
