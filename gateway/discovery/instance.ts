import { Pool } from 'undici';
import type { Settings } from '../settings.js';
import { exchange, type InstanceAnswer, type InstanceRequest } from './exchange.js';

/** A route that an instance's script declares. */
export interface DeclaredRoute {
  readonly method: string;
  readonly pattern: string;
}

/** What a source of instances knows of one. */
export interface Found {
  readonly clientType: string;
  /** `http://host:port` */
  readonly url: string;
  readonly routes: readonly DeclaredRoute[];
}

/** One running process of a client type, and the connections to it. Whether it gets requests is for the directory to say. */
export class Instance {
  readonly clientType: string;
  readonly url: string;
  routes: readonly DeclaredRoute[];
  /** gets requests */
  healthy = false;
  /** why not */
  reason = 'has not been asked yet';
  /** requests under way */
  inFlight = 0;
  readonly #pool: Pool;

  constructor({ clientType, url, routes }: Found, settings: Settings) {
    this.clientType = clientType;
    this.url = url;
    this.routes = routes;
    this.#pool = new Pool(url, {
      connections: settings.connectionsPerInstance,
      connect: { timeout: settings.connectTimeoutMs },
      maxResponseSize: settings.answerBytesMax,
    });
  }

  /** @throws what undici throws; `wasSent` tells whether the instance may have seen the request */
  async request(request: InstanceRequest): Promise<InstanceAnswer> {
    this.inFlight += 1;
    try {
      return await exchange(this.#pool, request);
    } finally {
      this.inFlight -= 1;
    }
  }

  /** Requests under way fail. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** False if the request cannot have reached the instance. */
export function wasSent(error: unknown): boolean {
  return !NEVER_SENT.has(codeOf(error));
}

const OF_THE_REQUEST = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_RES_EXCEEDED_MAX_SIZE']);

/** Whether it would fail at every instance: it cannot be sent, or its answer is longer than any may be. */
export function isOfTheRequest(error: unknown): boolean {
  return OF_THE_REQUEST.has(codeOf(error));
}

/** In a few words, for an operator. */
export function reasonOf(error: unknown): string {
  return codeOf(error) || (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
