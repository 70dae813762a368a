import { ERRORS, type ErrorCode } from '../../common/errors.js';
import type { Json } from '../../common/protocol/messages.js';
import type { Directory } from '../discovery/directory.js';
import type { InstanceAnswer, InstanceRequest } from '../discovery/exchange.js';
import { type Instance, isOfTheRequest, reasonOf, wasSent } from '../discovery/instance.js';
import { Problem } from '../problem.js';
import type { Settings } from '../settings.js';
import { type FieldNames, parsedBody, refusal } from './answers.js';
import { headersOf, type OnBehalf } from './caller.js';

export type { OnBehalf } from './caller.js';

/** A request to whichever instance of a client type. */
export interface ServiceRequest extends OnBehalf {
  readonly method: InstanceRequest['method'];
  readonly path: string;
  readonly body?: Json | undefined;
  /** the same effect however often it is carried out: reads, and commands with an Idempotency-Key */
  readonly repeatable: boolean;
}

export interface ReadOptions extends OnBehalf {
  /** Where the service says 404: the caller is told that this is not there. */
  readonly what?: string;
}

export interface CommandOptions extends OnBehalf {
  readonly names?: FieldNames;
}

/** How a request to an instance ended, for the metrics. */
export type Outcome = 'answered' | 'refused' | 'failed';

/**
 * Asks services. A request that is repeatable and fails is tried at another instance; what is not is only tried again if the
 * first instance cannot have seen it. An instance that fails a request leaves rotation; not for what every instance would fail.
 */
export class Services {
  constructor(
    private readonly directory: Directory,
    private readonly settings: Settings,
    private readonly count: (clientType: string, outcome: Outcome) => void = () => {},
  ) {}

  /**
   * The body of a 200.
   * @throws Problem for every other answer, or if there is none
   */
  async read<Body>(clientType: string, path: string, { what, ...onBehalf }: ReadOptions = {}): Promise<Body> {
    const answer = await this.ask(clientType, { method: 'GET', path, repeatable: true, ...onBehalf });
    if (answer.status === 404 && what !== undefined) throw new Problem('not_found', `There is no ${what}.`);
    if (answer.status !== 200) throw refusal(answer.status, answer.text);
    return parsedBody(answer.text) as Body;
  }

  /**
   * Sends a POST; the body of a 2xx.
   * @throws Problem for every other answer, or if there is none
   */
  async command<Body>(
    clientType: string,
    path: string,
    body: Json | undefined,
    { names, ...onBehalf }: CommandOptions,
  ): Promise<Body> {
    const repeatable = onBehalf.idempotencyKey !== undefined;
    const answer = await this.ask(clientType, { method: 'POST', path, body, repeatable, ...onBehalf });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer.status, answer.text, names);
    return parsedBody(answer.text) as Body;
  }

  /**
   * An instance's answer, whatever it is; of another instance where the first one cannot work now.
   * @throws Problem service_unavailable, or unknown_outcome if it may have been carried out by one that did not answer
   */
  async ask(clientType: string, request: ServiceRequest): Promise<InstanceAnswer> {
    const { method, path, body, repeatable } = request;
    const sent: InstanceRequest = {
      method,
      path,
      headers: { ...headersOf(request), ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs: method === 'GET' ? this.settings.readTimeoutMs : this.settings.commandTimeoutMs,
    };
    const tried: Instance[] = [];
    let last: InstanceAnswer | undefined;
    // by an instance that did not answer
    let seen = false;
    while (tried.length < this.settings.attemptsMax) {
      const instance = this.directory.pick(clientType, tried);
      if (instance === undefined) break;
      tried.push(instance);
      try {
        const answer = await instance.request(sent);
        if (wasNotRead(answer)) continue;
        if (!this.#cannotNow(instance, answer) || !repeatable) return answer;
        last = answer;
      } catch (error) {
        if (isOfTheRequest(error)) throw error;
        this.count(clientType, 'failed');
        this.directory.failed(instance, reasonOf(error));
        seen ||= wasSent(error);
        if (seen && !repeatable) break;
      }
    }
    if (seen && method !== 'GET') throw unknownOutcome(clientType);
    if (last !== undefined) return last;
    throw unavailable(clientType);
  }

  /** Whether another instance may be able to what this one says it cannot do. */
  #cannotNow(instance: Instance, { status, text }: InstanceAnswer): boolean {
    const { clientType } = instance;
    this.count(clientType, status < 400 ? 'answered' : 'refused');
    if (status !== 503) return false;
    const code = refusal(status, text).code;
    if (STATELESS.includes(code)) this.directory.failed(instance, ERRORS[code].meaning);
    return true;
  }
}

/** The instance was stopped for so long that it gave up reading the request. */
function wasNotRead({ status }: InstanceAnswer): boolean {
  return status === 408;
}

/** What an instance says that has no state to answer from: it needs no further request to find out. */
const STATELESS: readonly ErrorCode[] = ['rebuilding', 'state_unavailable', 'shutting_down'];

export function unavailable(clientType: string): Problem {
  return new Problem('service_unavailable', `The service “${clientType}” does not answer just now.`);
}

function unknownOutcome(clientType: string): Problem {
  return new Problem(
    'unknown_outcome',
    `The service “${clientType}” went away while it worked: whether this was carried out is not known.`,
  );
}
