import { ERRORS, type ErrorCode } from '../../../common/errors.js';
import { encodeClientMessage } from '../../../common/protocol/codec.js';
import type {
  ErrorMessage,
  NewEventMessage,
  NewMessage,
  ReceiptMessage,
} from '../../../common/protocol/messages.js';
import type { Random } from '../../../common/random.js';
import type { BatchOutcome, OutgoingBatch, OutgoingEvent } from '../types.js';
import { BackOff } from './back-off.js';
import type { BusClientSettings } from './settings.js';

/**
 * The batches that are not answered yet, oldest first. Each is sent once per registration, under its id, until the bus answers:
 * with receipts, or with an error that ends it. An error that may pass lets it be sent again after a pause.
 *
 * The bus answers in the order in which it was asked; so of two batches with one id, the answer is the older one's.
 */
export class Publications {
  readonly #unanswered = new Set<Publication>();
  readonly #settings: BusClientSettings;
  readonly #random: Random;
  readonly #messageBytesMax: number;
  /** undefined while there is no registration */
  #send: ((frame: string) => void) | undefined;
  #stopped = false;

  constructor(settings: BusClientSettings, random: Random, messageBytesMax: number) {
    this.#settings = settings;
    this.#random = random;
    this.#messageBytesMax = messageBytesMax;
  }

  /** @param acknowledges the delivery as the bus named it */
  publish(batch: OutgoingBatch, acknowledges: string | undefined): Promise<BatchOutcome> {
    if (this.#stopped) return Promise.resolve({ kind: 'unknown' });
    const frame = encodeClientMessage(newMessage(batch, acknowledges));
    const bytes = Buffer.byteLength(frame);
    if (bytes > this.#messageBytesMax) return Promise.resolve(tooLarge(bytes, this.#messageBytesMax));
    return new Promise((resolve) => {
      const publication: Publication = {
        batch,
        frame,
        bytes,
        resolve,
        backOff: new BackOff(this.#settings.retryMinMs, this.#settings.retryMaxMs, this.#random),
        sent: false,
        retry: undefined,
      };
      this.#unanswered.add(publication);
      this.#transmit(publication);
    });
  }

  /** Registered on a new connection: what is unanswered goes out again, in its order. */
  resume(send: (frame: string) => void): void {
    this.#send = send;
    for (const publication of this.#unanswered) this.#transmit(publication);
  }

  /**
   * The connection is gone.
   * @param frameTooLarge the bus ended it because of a frame above its limit: if it was one of these, it was the largest
   */
  pause(frameTooLarge: boolean): void {
    this.#send = undefined;
    const sent = [...this.#unanswered].filter((publication) => publication.sent);
    for (const publication of this.#unanswered) forgetSending(publication);
    if (!frameTooLarge || sent.length === 0) return;
    const largest = sent.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    this.#end(largest, tooLarge(largest.bytes, undefined));
  }

  receipt(message: ReceiptMessage): void {
    const publication = this.#oldest(message.batch_id);
    if (publication !== undefined) this.#end(publication, outcomeOf(message, publication.batch));
  }

  /** @return whether the error was about a batch */
  error({ code, message, about }: ErrorMessage): boolean {
    const publication = this.#oldest(about?.batch_id);
    if (publication === undefined) return false;
    if (code === 'fenced') this.#end(publication, { kind: 'fenced' });
    else if (isRetriable(code)) this.#sendLater(publication);
    else {
      const acceptedAs = about?.accepted_as;
      const instead = acceptedAs === undefined ? {} : { acceptedAs };
      this.#end(publication, { kind: 'refused', code, message, ...instead });
    }
    return true;
  }

  /** Nothing is sent any more; what is unanswered stays unknown. */
  stop(): void {
    this.#stopped = true;
    this.pause(false);
    for (const publication of this.#unanswered) this.#end(publication, { kind: 'unknown' });
  }

  #transmit(publication: Publication): void {
    if (this.#send === undefined) return;
    publication.sent = true;
    this.#send(publication.frame);
  }

  #sendLater(publication: Publication): void {
    publication.sent = false;
    publication.retry = setTimeout(() => this.#transmit(publication), publication.backOff.next());
  }

  #oldest(batchId: string | undefined): Publication | undefined {
    if (batchId === undefined) return undefined;
    for (const publication of this.#unanswered)
      if (publication.sent && publication.batch.batchId === batchId) return publication;
    return undefined;
  }

  #end(publication: Publication, outcome: BatchOutcome): void {
    forgetSending(publication);
    this.#unanswered.delete(publication);
    publication.resolve(outcome);
  }
}

interface Publication {
  readonly batch: OutgoingBatch;
  readonly frame: string;
  readonly bytes: number;
  readonly resolve: (outcome: BatchOutcome) => void;
  readonly backOff: BackOff;
  /** on the present connection, and the answer is still to come */
  sent: boolean;
  retry: NodeJS.Timeout | undefined;
}

function forgetSending(publication: Publication): void {
  publication.sent = false;
  clearTimeout(publication.retry);
}

function isRetriable(code: string): boolean {
  return code in ERRORS && ERRORS[code as ErrorCode].retriable;
}

function outcomeOf({ receipts }: ReceiptMessage, { events }: OutgoingBatch): BatchOutcome {
  const keyOf = (index: number) => receipts[index]?.key ?? events[index]?.key ?? '';
  if (receipts.every(({ status }) => status === 'success'))
    return {
      kind: 'accepted',
      receipts: receipts.map(({ value = 0, position = '' }, index) => ({
        key: keyOf(index),
        value,
        position,
      })),
    };
  const keys = receipts.flatMap(({ contested }, index) => (contested === true ? [keyOf(index)] : []));
  return { kind: 'inconsistent', contested: [...new Set(keys)] };
}

function tooLarge(bytes: number, bytesMax: number | undefined): BatchOutcome {
  const limit = bytesMax === undefined ? 'the limit of the bus' : `${bytesMax} bytes`;
  return { kind: 'refused', code: 'too_large', message: `the batch has ${bytes} bytes, more than ${limit}` };
}

function newMessage({ batchId, events, once }: OutgoingBatch, acknowledges: string | undefined): NewMessage {
  return {
    message_type: 'new',
    batch_id: batchId,
    ...(once !== undefined && { once }),
    atomic: true,
    ...(acknowledges !== undefined && { acknowledges }),
    events: events.map(newEvent),
  };
}

function newEvent({ type, key, expect, data, correlation, causation }: OutgoingEvent): NewEventMessage {
  return {
    event_type: type,
    consistency: {
      key,
      ...(expect.kind === 'exact' && { value: expect.value }),
      ...(expect.kind === 'seen' && { seen: expect.value }),
    },
    data,
    correlation,
    ...(causation !== undefined && { causation }),
  };
}
