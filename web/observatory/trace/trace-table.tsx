/** A trace as a table, in the order of the log. */
import { Table } from '../../components/table.js';
import { DataLine } from '../parts/data.js';
import { Instant } from '../parts/instant.js';
import { EventLink, KeyLink, Service } from '../parts/mentions.js';
import { lengthOf } from '../services/measures.js';
import type { Step } from './trace.js';

export function TraceTable({ steps }: { steps: readonly Step[] }) {
  return (
    <Table
      caption="Events of this trace"
      rows={steps}
      keyOf={({ event }) => event.position}
      columns={[
        { head: 'Position', figures: true, cell: ({ event }) => <EventLink position={event.position} /> },
        { head: 'Time', cell: ({ event }) => <Instant time={event.time} /> },
        { head: 'After', figures: true, cell: ({ offset }) => lengthOf(offset) },
        { head: 'Type', cell: ({ event }) => event.event_type },
        { head: 'Key', cell: ({ event }) => <KeyLink name={event.consistency.key} /> },
        { head: 'Value', figures: true, cell: ({ event }) => event.consistency.value },
        { head: 'Service', cell: ({ event }) => <Service name={event.sender} /> },
        {
          head: 'Caused by',
          cell: ({ cause }) =>
            cause ? (
              <EventLink position={cause.position}>
                {cause.event_type} {cause.position}
              </EventLink>
            ) : (
              'outside'
            ),
        },
        { head: 'Data', cell: ({ event }) => <DataLine data={event.data} masked={event.masked} /> },
      ]}
    />
  );
}
