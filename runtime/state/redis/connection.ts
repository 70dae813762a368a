import { Redis } from 'ioredis';
import type { Logger } from '../../../common/log.js';
import { type Random, systemRandom } from '../../../common/random.js';
import { StateStoreError } from '../state-store.js';
import { haveLogWrittenAnew } from './fresh-log.js';

/**
 * One connection to Redis that connects again by itself, and answers in bounded time: an operation waits at most
 * `READY_WAIT_MS` for the connection and `COMMAND_MS` for its reply, then it is rejected as `unavailable`. Nothing is queued
 * for later or sent twice: whoever asked decides whether to ask again.
 *
 * A server that was out of sight may have come back with less than it had: `losses` counts how often that may have happened, and
 * no operation that began before a loss ends after it.
 */
const READY_WAIT_MS = 500;
const COMMAND_MS = 1500;
const CONNECT_MS = 1500;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1000;

export class RedisConnection {
  readonly #redis: Redis;
  readonly #name: string;
  readonly #log: Logger;
  #problem = 'not connected';
  #waiting: Promise<void> | undefined;
  #losses = 0;

  constructor(url: string, log: Logger, random: Random = systemRandom) {
    this.#name = withoutSecrets(url);
    this.#log = log;
    this.#redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // Every lost connection rejects what was under way at once.
      maxRetriesPerRequest: 0,
      enableAutoPipelining: true,
      commandTimeout: COMMAND_MS,
      connectTimeout: CONNECT_MS,
      retryStrategy: (times) => {
        const delay = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(times, 10));
        return Math.round(delay * (0.5 + random.next() / 2));
      },
    });
    this.#watch();
  }

  /** @throws StateStoreError `unavailable` */
  async open(): Promise<void> {
    this.#redis.connect().catch(() => undefined);
    try {
      await this.#ready(CONNECT_MS + READY_WAIT_MS);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** How often the connection was lost; known before anything is asked on the next one. */
  get losses(): number {
    return this.#losses;
  }

  /** Runs commands; what goes wrong comes out as a StateStoreError. */
  async run<T>(commands: (redis: Redis) => Promise<T>): Promise<T> {
    const losses = this.#losses;
    await this.#ready(READY_WAIT_MS);
    this.#sameAs(losses);
    try {
      const result = await commands(this.#redis);
      this.#sameAs(losses);
      return result;
    } catch (error) {
      throw this.#translated(error);
    }
  }

  #sameAs(losses: number): void {
    if (this.#losses !== losses) throw this.#unavailable('the connection was lost meanwhile');
  }

  close(): void {
    this.#redis.disconnect();
  }

  #ready(waitMs: number): Promise<void> | undefined {
    if (this.#redis.status === 'ready') return undefined;
    this.#waiting ??= new Promise<void>((resolve, reject) => {
      const settle = (ready: boolean) => {
        clearTimeout(timer);
        this.#redis.off('ready', onReady);
        this.#redis.off('end', onEnd);
        this.#waiting = undefined;
        if (ready) resolve();
        else reject(this.#unavailable(this.#problem));
      };
      const onReady = () => settle(true);
      const onEnd = () => settle(false);
      const timer = setTimeout(settle, waitMs, false);
      this.#redis.on('ready', onReady);
      this.#redis.on('end', onEnd);
    });
    return this.#waiting;
  }

  #watch(): void {
    let lost = false;
    this.#redis.on('error', (error: Error) => {
      this.#problem = error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
      this.#log.debug({ redis: this.#name, reason: this.#problem }, 'Redis connection failed');
    });
    let ready = false;
    // Also after each failed attempt to connect.
    this.#redis.on('close', () => {
      if (ready) this.#losses += 1;
      ready = false;
    });
    this.#redis.on('ready', () => {
      ready = true;
      if (lost) this.#log.info({ redis: this.#name }, 'connected to Redis again');
      lost = false;
      this.#problem = 'not connected';
      void haveLogWrittenAnew(this.#redis, this.#log);
    });
    this.#redis.on('reconnecting', () => {
      if (!lost) this.#log.warn({ redis: this.#name, reason: this.#problem }, 'no connection to Redis');
      lost = true;
    });
  }

  #translated(error: unknown): StateStoreError {
    if (error instanceof StateStoreError) return error;
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith('WRONGTYPE'))
      return new StateStoreError('wrong_type', message.slice(10), { cause: error });
    // A server that does not answer gets no more commands, and what it has not read yet is taken back.
    if (message === 'Command timed out') this.#redis.disconnect(true);
    return this.#unavailable(message, error);
  }

  #unavailable(reason: string, cause?: unknown): StateStoreError {
    return new StateStoreError('unavailable', `Redis at ${this.#name}: ${reason}`, { cause });
  }
}

function withoutSecrets(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
