import { parseJsonExact } from '../../../common/json.js';
import { correlationOf } from '../../../common/protocol/correlation.js';
import type { Json, WireEvent } from '../../../common/protocol/messages.js';
import { parseRfc3339 } from '../../../common/protocol/times.js';
import type { DeliveredEvent } from '../types.js';

/**
 * An event as it came from the bus. `data` is parsed when it is first asked for: an event that is only marked costs no parsing, and
 * data that cannot be kept exactly (a number beyond 2^53) fails the handler that reads it and nothing else.
 */
export class ReceivedEvent implements DeliveredEvent {
  readonly type: string;
  readonly key: string;
  readonly value: number;
  readonly correlation: string;
  readonly causation: string | undefined;
  readonly eventId: string;
  readonly position: string;
  readonly time: number;
  readonly sender: string;
  readonly batchId: string | undefined;
  readonly delivery: string;
  readonly attempt: number;
  readonly #text: string;
  #data: Json | undefined;

  /**
   * @param delivery as the service shall name it; '' for an event of a query
   * @param logId of the bus that sent it
   */
  constructor(event: WireEvent, delivery: string, logId: string) {
    this.type = event.event_type;
    this.key = event.consistency.key;
    this.value = event.consistency.value;
    this.correlation = event.correlation ?? correlationOf(event.correlation_id ?? 0);
    this.causation = event.causation;
    this.position = event.position ?? '';
    this.eventId = event.event_id ?? `${logId}-${this.position}`;
    this.time = parseRfc3339(event.time ?? '') ?? (event.timestamp_raw ?? 0) * 1000;
    this.sender = event.sender;
    this.batchId = event.batch_id;
    this.delivery = delivery;
    this.attempt = event.attempt ?? 1;
    this.#text = event.data;
  }

  /** @throws JsonError that names the place in the data */
  get data(): Json {
    this.#data ??= parseJsonExact(this.#text);
    return this.#data;
  }
}
