import { request } from 'undici';
import { Problem } from '../problem.js';
import { refusal } from '../services/answers.js';
import type { Settings } from '../settings.js';

/**
 * The launcher's control address: what needs more than the bus and the services, namely processes. `POST /instances/{name}/kill`,
 * `POST /populate`, `GET /populate`, `GET /time`. A system without one has none of them.
 */
export class Control {
  /** @param url `http://host:port`; undefined = there is none */
  constructor(
    private readonly url: string | undefined,
    private readonly settings: Pick<Settings, 'commandTimeoutMs'>,
  ) {}

  /**
   * The status and JSON of an answer that is no refusal.
   * @throws Problem
   */
  async ask(method: 'GET' | 'POST', path: string, body?: string): Promise<{ status: number; text: string }> {
    if (this.url === undefined) throw new Problem('not_found', 'This system is not run by a launcher.');
    const { status, text } = await this.#answer(`${this.url}${path}`, method, body);
    if (status >= 400) throw refusal(status, text);
    return { status, text };
  }

  async #answer(url: string, method: 'GET' | 'POST', body: string | undefined) {
    try {
      const answer = await request(url, {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
        headersTimeout: this.settings.commandTimeoutMs,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch {
      throw new Problem('service_unavailable', 'The launcher does not answer just now.');
    }
  }
}
