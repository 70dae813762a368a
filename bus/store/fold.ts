import type { StoredEvent } from '../../common/events.js';
import type { LogRecord, ParkedRecord, SubscriptionRecord, UnparkedRecord } from './event-store.js';

/**
 * What a log record does to the readable state. The only place that knows it: the memory store, the overlay, the indexes and
 * `verify` are targets of this one fold.
 */
export interface FoldTarget {
  /** the event exists; called in log order */
  event(event: StoredEvent): void;
  /** the client type owes an acknowledgement for the event just given to `event` */
  owe(clientType: string, position: number): void;
  /** the debt has ended; may name what is not owed, then nothing changes */
  settle(clientType: string, position: number): void;
  /** a batch with an id was accepted; its events are `first` … `first + count - 1` */
  accept(sender: string, batchId: string, first: number, count: number): void;
  /** replaces the former subscription of the client type */
  subscribe(record: SubscriptionRecord): void;
  park(record: ParkedRecord): void;
  unpark(clientType: string, position: number): void;
  skip(record: UnparkedRecord): void;
  start(incarnation: number): void;
  /** Unix ms, of each record that carries a time and of each event; never decreases */
  time(time: number): void;
}

export function foldRecord(record: LogRecord, target: FoldTarget): void {
  switch (record.kind) {
    case 'batch': {
      for (const event of record.events) {
        target.event(event);
        for (const clientType of event.owedTo) target.owe(clientType, event.position);
        target.time(event.time);
      }
      if (record.batchId !== undefined)
        target.accept(record.sender, record.batchId, record.events[0]?.position ?? 0, record.events.length);
      if (record.acknowledges !== undefined)
        target.settle(record.acknowledges.clientType, record.acknowledges.position);
      return;
    }
    case 'ack':
      for (const position of record.positions) target.settle(record.clientType, position);
      return;
    case 'subscription':
      target.subscribe(record);
      target.time(record.time);
      return;
    case 'parked':
      target.park(record);
      target.time(record.time);
      return;
    case 'unparked':
      target.unpark(record.clientType, record.position);
      if (record.decision === 'skip') {
        target.settle(record.clientType, record.position);
        target.skip(record);
      }
      target.time(record.time);
      return;
    case 'started':
      target.start(record.incarnation);
      target.time(record.time);
      return;
  }
}

/**
 * The position of the newest event after these records were appended behind `last`.
 * @throws RangeError if their events do not follow it without a gap: whoever appends has lost count, and nothing may be kept
 */
export function positionAfter(records: readonly LogRecord[], last: number): number {
  let position = last;
  for (const record of records) {
    if (record.kind !== 'batch') continue;
    for (const event of record.events) {
      if (event.position !== position + 1)
        throw new RangeError(`an event at position ${event.position} cannot follow position ${position}`);
      position = event.position;
    }
  }
  return position;
}
