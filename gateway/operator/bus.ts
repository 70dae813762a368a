import { Pool } from 'undici';
import type { ServiceList } from '../../common/pages/operator.js';
import type { InstanceAnswer } from '../discovery/exchange.js';
import { Problem } from '../problem.js';
import { parsedBody, refusal } from '../services/answers.js';
import type { Settings } from '../settings.js';

/** The HTTP side of the bus, for what operators see and decide. The gateway takes no part in its event stream. */
export class Bus {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;

  /** @param token the operators' token of the bus, where it has rights */
  constructor(
    url: string,
    token: string | undefined,
    private readonly settings: Settings,
  ) {
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#pool = new Pool(url, { connect: { timeout: settings.connectTimeoutMs } });
  }

  /**
   * Its answer, whatever it is.
   * @throws Problem service_unavailable if there is none
   */
  async ask(method: 'GET' | 'POST', path: string, body?: string): Promise<InstanceAnswer> {
    try {
      const answer = await this.#pool.request({
        method,
        path,
        headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body }),
        headersTimeout: this.settings.commandTimeoutMs,
        bodyTimeout: this.settings.commandTimeoutMs,
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch {
      throw new Problem('service_unavailable', 'The event bus does not answer just now.');
    }
  }

  /**
   * The body of a 200.
   * @throws Problem for every other answer
   */
  async read<Body>(path: string): Promise<Body> {
    const { status, text } = await this.ask('GET', path);
    if (status !== 200) throw refusal(status, text);
    return parsedBody(text) as Body;
  }

  services(): Promise<ServiceList> {
    return this.read<ServiceList>('/services?limit=1000');
  }

  /**
   * The events after a position, and from then on each as it happens: chunks of lines, one JSON object each. Ends with the signal, or
   * when the connection breaks.
   */
  async stream(after: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path: `/events/stream?after=${after}`,
      headers: this.#headers,
      headersTimeout: this.settings.readTimeoutMs,
      // Without events nothing but an empty line comes now and then.
      bodyTimeout: this.settings.heartbeatMs * 2,
      signal,
    });
    if (statusCode !== 200) throw refusal(statusCode, await body.text());
    return body;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
