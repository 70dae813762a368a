import type { StoredEvent } from '../../common/events.js';
import type { LogRecord } from '../store/event-store.js';
import type { State } from './state.js';

/**
 * Input `append-failed`: every pending append from this one on is lost. Values and positions go back to what is durable (and what is
 * still pending from before); what has to be done all the same is appended again with a later tick.
 */
export function appendFailed(state: State, append: number, reason: string): void {
  const lost = eventsOf(state.pipeline.failed(append, reason));
  if (lost[0] === undefined) return;
  state.nextPosition = lost[0].position;
  state.heads.takeBack(lost, eventsOf(state.pipeline.pending()));
}

function eventsOf(records: Iterable<LogRecord>): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (const record of records) if (record.kind === 'batch') events.push(...record.events);
  return events;
}
