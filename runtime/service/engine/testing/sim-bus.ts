import { Core } from '../../../../bus/core/core.js';
import { DEFAULT_CORE_OPTIONS } from '../../../../bus/core/options.js';
import type { CoreOptions, Effect, Input } from '../../../../bus/core/types.js';
import { type MemoryLog, MemoryStore } from '../../../../bus/store/memory/memory-store.js';
import type { StoredEvent } from '../../../../common/events.js';
import type { QueryPage } from '../../types.js';
import { eventView } from './views.js';
import type { VirtualTime } from './virtual-time.js';

export type SessionEffect = Extract<Effect, { readonly sessionId: number }>;

/** From a start to a crash. */
interface Life {
  readonly core: Core;
  readonly store: MemoryStore;
}

/** One end of a connection, as the bus sees it. */
export interface Listener {
  hears(effect: SessionEffect): void;
  lost(): void;
}

/**
 * The real core over the real memory store, in virtual time: appends become durable after a while, the bus can crash (what was
 * not durable is gone) and starts again on the same log.
 */
export class SimBus {
  log: MemoryLog = { logId: 'sim', records: [] };
  /** event types that services may receive; undefined = all */
  receivable: readonly string[] | undefined;
  #life: Life | undefined;
  #busyUntil = 0;
  #lives = 0;
  #sessions = 0;
  #listeners = new Map<number, Listener>();

  constructor(
    private readonly time: VirtualTime,
    private readonly latency: () => number,
    private readonly options: Partial<CoreOptions> = {},
  ) {}

  get up(): boolean {
    return this.#life !== undefined;
  }

  async start(): Promise<void> {
    const store = new MemoryStore(this.log);
    const recovered = await store.open();
    this.#lives++;
    await store.append([{ kind: 'started', incarnation: this.#lives, time: this.time.now() }]);
    const debts: Record<string, { count: number; lowest: number | undefined }> = {};
    for (const { clientType } of recovered.subscriptions) debts[clientType] = await store.debt(clientType);
    const core = new Core(recovered, store, { ...DEFAULT_CORE_OPTIONS, ...this.options, debts });
    this.#life = { core, store };
    this.#sessions = 0;
    this.#tick(core);
  }

  crash(): void {
    this.#life = undefined;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }

  /** The disk is lost; the bus that starts again begins a new log. */
  lose(logId: string): void {
    this.crash();
    this.log = { logId, records: [] };
  }

  /** @returns the session's id, undefined if nobody answers */
  connect(listener: Listener): number | undefined {
    if (!this.#life) return undefined;
    const sessionId = this.#lives * 2 ** 22 + ++this.#sessions;
    this.#listeners.set(sessionId, listener);
    this.submit({ kind: 'connected', sessionId });
    return sessionId;
  }

  disconnect(sessionId: number): void {
    if (!this.#listeners.delete(sessionId)) return;
    this.submit({ kind: 'closed', sessionId });
  }

  submit(input: Input): void {
    const life = this.#life;
    if (!life) return;
    for (const effect of life.core.apply(this.time.now(), input)) this.#perform(life, effect);
  }

  /** A page of the durable log, as `query` gives it. */
  async query(filter: {
    eventTypes: readonly string[];
    key?: string;
    after: string;
    limit: number;
    notOwedTo?: string;
    notSkippedBy?: string;
  }): Promise<QueryPage> {
    if (!this.#life) throw new Error('the bus is down');
    const { after, eventTypes, ...rest } = filter;
    const types = eventTypes.includes('*') ? this.receivable : eventTypes;
    const page = await this.#life.store.read({
      ...rest,
      ...(types && { eventTypes: types }),
      after: Number(after),
    });
    return {
      events: page.events.map((event) => eventView(event)),
      next: page.end ? undefined : String(page.next),
      head: String(this.events().at(-1)?.position ?? 0),
    };
  }

  /** Every event of the log, in order. */
  events(): StoredEvent[] {
    return this.log.records.flatMap((record) => (record.kind === 'batch' ? record.events : []));
  }

  owed(clientType: string): number {
    const view = this.#life?.core.views.services().find((service) => service.clientType === clientType);
    return view?.owed ?? 0;
  }

  parked() {
    return this.#life?.core.views.parked() ?? [];
  }

  #tick(core: Core): void {
    this.time.after(50, () => {
      if (this.#life?.core !== core) return;
      this.submit({ kind: 'tick' });
      this.#tick(core);
    });
  }

  #perform(life: Life, effect: Effect): void {
    switch (effect.kind) {
      case 'append':
        this.#later(life, async () => {
          await life.store.append(effect.records);
          this.submit({ kind: 'appended', append: effect.append });
        });
        break;
      case 'read-owed':
        this.#later(life, async () => {
          const { read, clientType, key, after, limit } = effect;
          const page = await life.store.owed(clientType, { ...(key !== undefined && { key }), after, limit });
          this.submit({ kind: 'owed', read, ...page });
        });
        break;
      default:
        if ('sessionId' in effect) this.#listeners.get(effect.sessionId)?.hears(effect);
    }
  }

  /** In the order of the calls, as a disk does it. */
  #later(life: Life, act: () => Promise<void>): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.time.now() + this.latency());
    this.time.after(this.#busyUntil - this.time.now(), () => {
      if (this.#life === life) void act();
    });
  }
}
