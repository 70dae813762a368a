import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../common/log.js';
import type { Totals } from '../../common/pages/operator.js';
import type { Settings } from '../settings.js';
import type { Bus } from './bus.js';

export interface EventFollowerOptions {
  readonly bus: Pick<Bus, 'stream' | 'read'>;
  readonly settings: Pick<
    Settings,
    'eventFrameMs' | 'eventsPerFrame' | 'reconnectMs' | 'reconnectMaxMs' | 'unreadBytesMax'
  >;
  readonly log: Logger;
  /** position of the last event that the page has; undefined = from now on */
  readonly after: number | undefined;
  /** One frame: the position of its last event, and its events as the texts that the bus wrote. */
  readonly tell: (cursor: number, events: readonly string[]) => void;
  /** bytes that the page has not read */
  readonly unreadBytes: () => number;
  /** Called once, before the first `tell`, with the position of the log's newest event. */
  readonly begun: (head: number) => void;
}

/**
 * Follows the log of the bus for one page: every event after its cursor once, in order, a few frames a second. A page that reads
 * slowly is waited for; the bus then reads for it from the store. A broken connection is made again where it broke.
 */
export class EventFollower {
  readonly #stop = new AbortController();
  #after: string | undefined;
  #pauseMs: number;

  constructor(private readonly options: EventFollowerOptions) {
    this.#after = options.after === undefined ? undefined : String(options.after);
    this.#pauseMs = options.settings.reconnectMs;
    void this.#run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { settings, log, begun } = this.options;
    const { signal } = this.#stop;
    let head: string | undefined;
    let told = false;
    while (!signal.aborted) {
      try {
        head ??= (await this.options.bus.read<Totals>('/totals?limit=1')).head;
        this.#after ??= head;
        const chunks = await this.options.bus.stream(this.#after, signal);
        if (!told) begun(Number(head));
        told = true;
        this.#pauseMs = settings.reconnectMs;
        await this.#tellAll(linesOf(chunks));
      } catch (error) {
        if (!signal.aborted) log.debug({ error }, 'the stream of events broke');
      }
      await pause(this.#pauseMs, undefined, { signal }).catch(() => undefined);
      this.#pauseMs = Math.min(this.#pauseMs * 2, settings.reconnectMaxMs);
    }
  }

  async #tellAll(batches: AsyncIterable<readonly string[]>): Promise<void> {
    const { settings, tell, unreadBytes } = this.options;
    const { signal } = this.#stop;
    for await (const lines of batches) {
      for (let from = 0; from < lines.length && !signal.aborted; from += settings.eventsPerFrame) {
        const events = lines.slice(from, from + settings.eventsPerFrame);
        this.#after = positionOf(events.at(-1)!);
        tell(Number(this.#after), events);
        // What comes meanwhile gathers in the connection and makes the next frame.
        do await pause(settings.eventFrameMs, undefined, { signal });
        while (unreadBytes() > settings.unreadBytesMax / 2);
      }
    }
  }
}

/** Whole lines, as many at once as have arrived; empty ones only say that the connection lives. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const events = lines.filter((line) => line !== '');
    if (events.length > 0) yield events;
  }
}

function positionOf(event: string): string {
  return (JSON.parse(event) as { position: string }).position;
}
