import type { Logger } from '../../common/log.js';
import { BoundedMap } from '../bounded-map.js';
import type { Settings } from '../settings.js';
import { type Found, Instance, reasonOf } from './instance.js';
import type { InstanceSource } from './source.js';

const UNUSABLE_MAX = 1000;

/**
 * Who can be asked: the instances that the source names, and which of them are in rotation.
 *
 * - An instance enters rotation by answering its health check, leaves it at once by failing a request or a check, and comes
 *   back by the next check that it answers.
 * - The source only adds. An instance that the source does not name any more is forgotten when it does not answer either: a bus
 *   that has just been started again does not know yet who is there.
 */
export class Directory {
  readonly #instances = new Map<string, Instance>();
  readonly #named = new Set<string>();
  /** addresses that are none, and have been told of */
  readonly #unusable = new BoundedMap<string, true>(UNUSABLE_MAX);
  readonly #checks = new Map<Instance, NodeJS.Timeout>();
  readonly #changed = new Set<() => void>();
  #look: NodeJS.Timeout | undefined;
  #closed = false;
  #turn = 0;
  #silent = false;

  constructor(
    private readonly source: InstanceSource,
    private readonly settings: Settings,
    private readonly log: Logger,
  ) {}

  /** Resolves when the source was asked once, and who it named was checked. */
  async start(): Promise<void> {
    await this.#lookAround();
  }

  /** Every instance that is known, in rotation or not. */
  all(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  /** The instance in rotation with the least to do, in turn where they are equal; not one of those that were tried already. */
  pick(clientType: string, tried: readonly Instance[] = []): Instance | undefined {
    let best: Instance | undefined;
    this.#turn += 1;
    const all = this.all();
    for (let n = 0; n < all.length; n++) {
      const instance = all[(n + this.#turn) % all.length]!;
      if (!instance.healthy || instance.clientType !== clientType || tried.includes(instance)) continue;
      if (best === undefined || instance.inFlight < best.inFlight) best = instance;
    }
    return best;
  }

  /** A request to it has failed: it leaves rotation until it answers its health check. */
  failed(instance: Instance, reason: string): void {
    this.#judge(instance, reason);
    this.#checkAfter(instance, this.settings.recoveryCheckMs);
  }

  /** Calls when instances come, go, or change between healthy and not. Returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#look);
    for (const timer of this.#checks.values()) clearTimeout(timer);
    await Promise.all(this.all().map((instance) => instance.close()));
  }

  async #lookAround(): Promise<void> {
    try {
      const found = await this.source.find();
      if (this.#silent) this.log.info('the source of instances answers again');
      this.#silent = false;
      await this.#take(found);
    } catch (error) {
      if (!this.#silent)
        this.log.warn({ reason: reasonOf(error) }, 'the source of instances does not answer');
      this.#silent = true;
    }
    if (!this.#closed) this.#look = setTimeout(() => void this.#lookAround(), this.settings.discoveryMs);
  }

  async #take(found: readonly Found[]): Promise<void> {
    this.#named.clear();
    const fresh: Instance[] = [];
    for (const one of found) {
      this.#named.add(one.url);
      const known = this.#instances.get(one.url);
      if (known?.clientType === one.clientType) {
        known.routes = one.routes;
        continue;
      }
      if (known !== undefined) this.#forget(known);
      const instance = this.#instanceOf(one);
      if (instance === undefined) continue;
      this.#instances.set(one.url, instance);
      fresh.push(instance);
    }
    if (fresh.length === 0) return;
    this.#tell();
    await Promise.all(fresh.map((instance) => this.#check(instance)));
  }

  /** Undefined if its address is none: anybody may register with the bus, with any text for it. */
  #instanceOf(found: Found): Instance | undefined {
    try {
      return new Instance(found, this.settings);
    } catch (error) {
      if (this.#unusable.get(found.url) === undefined)
        this.log.warn(
          { service: found.clientType, url: found.url, reason: reasonOf(error) },
          'an instance cannot be reached: its address is none',
        );
      this.#unusable.set(found.url, true);
      return undefined;
    }
  }

  async #check(instance: Instance): Promise<void> {
    const { healthCheckMs, recoveryCheckMs, healthCheckTimeoutMs } = this.settings;
    const problem = await instance
      .request({ method: 'GET', path: '/health_check', headers: {}, timeoutMs: healthCheckTimeoutMs })
      .then(
        ({ status, text }) => (status === 200 ? undefined : text.slice(0, 200)),
        (error: unknown) => reasonOf(error),
      );
    if (this.#closed || this.#instances.get(instance.url) !== instance) return;
    this.#judge(instance, problem);
    if (problem !== undefined && !this.#named.has(instance.url)) this.#forget(instance);
    else this.#checkAfter(instance, problem === undefined ? healthCheckMs : recoveryCheckMs);
  }

  #checkAfter(instance: Instance, ms: number): void {
    if (this.#closed || this.#instances.get(instance.url) !== instance) return;
    clearTimeout(this.#checks.get(instance));
    this.#checks.set(
      instance,
      setTimeout(() => void this.#check(instance), ms),
    );
  }

  #judge(instance: Instance, problem: string | undefined): void {
    const { clientType, url } = instance;
    const healthy = problem === undefined;
    const news = instance.healthy !== healthy;
    instance.healthy = healthy;
    instance.reason = problem ?? '';
    if (!news) return;
    if (healthy) this.log.info({ service: clientType, url }, 'an instance is in rotation');
    else this.log.warn({ service: clientType, url, reason: problem }, 'an instance has left rotation');
    this.#tell();
  }

  #forget(instance: Instance): void {
    clearTimeout(this.#checks.get(instance));
    this.#checks.delete(instance);
    this.#instances.delete(instance.url);
    void instance.close();
    this.log.info({ service: instance.clientType, url: instance.url }, 'an instance is gone');
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#changed) listener();
  }
}
