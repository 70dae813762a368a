import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StoredEvent } from '../../../common/events.js';
import { Observer, type ObserverOptions } from '../observer.js';

/** How often an empty line says that the stream lives, so that whoever is between does not close it. */
const IDLE_LINE_MS = 10_000;

/**
 * The live tails over HTTP (`GET /events/stream`): one line of JSON per event, without end. A reader that is slow is read to from the
 * store when it has taken what it got; one that goes on after a break names the position of the last line it has.
 */
export class EventStreams {
  readonly #open = new Map<ServerResponse, { observer: Observer; end: () => void }>();

  /** Sends an observation to a response, whose head is written here, until either side ends it. */
  add(
    response: ServerResponse,
    what: Omit<ObserverOptions, 'sink' | 'failed'>,
    line: (event: StoredEvent) => string,
  ): void {
    response.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.flushHeaders();
    const idle = setInterval(() => {
      if (!response.writableNeedDrain) response.write('\n');
    }, IDLE_LINE_MS);
    const observer = new Observer({
      ...what,
      sink: {
        get hasRoom() {
          return !response.writableNeedDrain;
        },
        room: () => roomOf(response),
        send: (events) => void response.write(events.map((event) => `${line(event)}\n`).join('')),
      },
      // The reader sees the end of the stream and asks again from where it stands.
      failed: () => end(),
    });
    // Nothing is written behind the end: it may take long until the reader has read as far.
    const end = () => {
      clearInterval(idle);
      observer.close();
      if (!response.writableEnded) response.end();
    };
    this.#open.set(response, { observer, end });
    response.on('error', end);
    response.once('close', () => {
      end();
      this.#open.delete(response);
    });
  }

  /** Events have become durable. */
  committed(events: readonly StoredEvent[]): void {
    for (const { observer } of this.#open.values()) observer.committed(events);
  }

  close(): void {
    for (const { end } of this.#open.values()) end();
  }
}

async function roomOf(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.closed) return;
  const given = new AbortController();
  const { signal } = given;
  // Whichever comes first; the other one is not waited for any longer.
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() =>
    given.abort(),
  );
}
