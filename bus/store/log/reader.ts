import type { StoredEvent } from '../../../common/events.js';
import { type LogRecord, StoreError } from '../event-store.js';
import { scanLog } from './log-scan.js';
import type { Point } from './point.js';
import { recordsOf } from './record-codec.js';
import { listSegments, readSegmentHeader } from './segments.js';

export interface ExportOptions {
  /** position, exclusive */
  readonly after?: number;
  /** position, inclusive */
  readonly upTo?: number;
  /** every record of the log, as it is kept, instead of the events alone; then `data` is a text within a text */
  readonly records?: boolean;
}

/** Id and first point of the newest segment that begins at or before the position. @throws StoreError `unavailable` if there is no log */
export function segmentOf(directory: string, position: number): { logId: string; start: Point } {
  const headers = listSegments(directory).map((number) => readSegmentHeader(directory, number));
  const header = headers.findLast(({ start }) => start.position <= position);
  if (header === undefined) throw new StoreError('unavailable', `there is no log in ${directory}`);
  return header;
}

/**
 * The log as lines of JSON, oldest first, up to its last whole block. Reads only; a bus may be running on it.
 * @throws StoreError `damaged`, or `unavailable` if there is no log
 */
export async function* exportEvents(directory: string, options: ExportOptions = {}): AsyncGenerator<string> {
  const { after = 0, upTo = Number.POSITIVE_INFINITY, records = false } = options;
  const { logId, start } = segmentOf(directory, after);
  for (const block of scanLog(directory, start)) {
    const { header } = block;
    if (header.firstPosition > upTo) return;
    if (header.firstPosition + header.events <= after) continue;
    for (const record of recordsOf(block)) {
      const events = eventsWithin(record, after, upTo);
      if (!records) for (const event of events) yield eventLine(logId, event);
      else if (record.kind === 'batch' && record.events.length > 0) {
        if (events.length > 0) yield JSON.stringify({ ...record, events });
      } else yield JSON.stringify(record);
    }
  }
}

function eventsWithin(record: LogRecord, after: number, upTo: number): readonly StoredEvent[] {
  if (record.kind !== 'batch') return [];
  return record.events.filter(({ position }) => position > after && position <= upTo);
}

/** An event under the names of the wire. Its data stands in the line as JSON: the same value, line breaks between tokens aside. */
function eventLine(logId: string, event: StoredEvent): string {
  const described = JSON.stringify({
    position: String(event.position),
    event_id: `${logId}-${event.position}`,
    event_type: event.type,
    consistency: { key: event.key, value: event.value },
    time: new Date(event.time).toISOString(),
    correlation_id: event.correlationId,
    correlation: event.correlation,
    causation: event.causation,
    sender: event.sender,
    session_id: event.sessionId,
    batch_id: event.batchId,
  });
  return `${described.slice(0, -1)},"data":${event.data.replace(/[\r\n]/g, ' ')}}`;
}
