import type { ControlAnswer, ControlNews, ControlRequest } from '../../common/control.js';
import type { Populating } from '../../common/pages/operator.js';
import type { Unwatch } from '../live/hub.js';
import { Problem } from '../problem.js';
import { refusal } from '../services/answers.js';
import type { Settings } from '../settings.js';

/** The channel to the launcher: messages as they are, in both directions. */
export interface Channel {
  send(message: ControlRequest): void;
  onMessage(heard: (message: unknown) => void): void;
}

/**
 * The launcher that runs this system: what needs more than the bus and the services, namely processes.
 * `POST /instances/{name}/kill`, `POST /populate`, `GET /populate`, `GET /time`,
 * and news of the filling. A system without one has none of them.
 */
export class Control {
  readonly #populating = new Set<(progress: Populating) => void>();
  readonly #waiting = new Map<number, (answer: ControlAnswer) => void>();
  #requests = 0;

  /** @param channel undefined = there is no launcher */
  constructor(
    private readonly channel: Channel | undefined,
    private readonly settings: Pick<Settings, 'commandTimeoutMs'>,
  ) {
    channel?.onMessage((message) => {
      if (isNews(message)) for (const listener of this.#populating) listener(message.data);
      if (!isAnswer(message)) return;
      this.#waiting.get(message.control)?.(message);
      this.#waiting.delete(message.control);
    });
  }

  /**
   * Hears how far the filling of the bank is: as it is now, and then again and again while it changes. The launcher is asked to tell what is now
   * in the same way as what follows, so that nothing older comes behind something newer.
   * @throws Problem not_found without a launcher
   */
  async watchPopulate(listener: (progress: Populating) => void): Promise<Unwatch> {
    this.#populating.add(listener);
    const unwatch = () => this.#populating.delete(listener);
    await this.ask('POST', '/populate/tell').catch((error: unknown) => {
      unwatch();
      throw error;
    });
    return unwatch;
  }

  /**
   * The status and JSON of an answer that is no refusal.
   * @throws Problem
   */
  async ask(method: 'GET' | 'POST', path: string, body?: string): Promise<{ status: number; text: string }> {
    if (this.channel === undefined) throw new Problem('not_found', 'This system is not run by a launcher.');
    const { status, text } = await this.#answer(this.channel, method, path, body);
    if (status >= 400) throw refusal(status, text);
    return { status, text };
  }

  #answer(
    channel: Channel,
    method: 'GET' | 'POST',
    path: string,
    body: string | undefined,
  ): Promise<ControlAnswer> {
    this.#requests += 1;
    const control = this.#requests;
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => {
        this.#waiting.delete(control);
        reject(new Problem('service_unavailable', 'The launcher does not answer just now.'));
      }, this.settings.commandTimeoutMs);
      this.#waiting.set(control, (answer) => {
        clearTimeout(tooLate);
        resolve(answer);
      });
      channel.send({ control, method, path, ...(body !== undefined && { body }) });
    });
  }
}

/** The channel of this process to the one that started it; undefined if there is none. */
export function parentChannel(): Channel | undefined {
  if (process.send === undefined) return undefined;
  return {
    send: (message) => process.send?.(message),
    onMessage: (heard) => {
      process.on('message', heard);
      // Hearing alone is no reason to go on.
      process.channel?.unref();
    },
  };
}

function isNews(message: unknown): message is ControlNews {
  return typeof message === 'object' && message !== null && 'news' in message && message.news === 'populate';
}

function isAnswer(message: unknown): message is ControlAnswer {
  return typeof message === 'object' && message !== null && 'control' in message && 'status' in message;
}
