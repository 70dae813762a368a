import type { CoreOptions } from '../../../../bus/core/types.js';
import { seededRandom } from '../../../../common/random.js';
import type {
  EventHandler,
  RouteAnswer,
  RouteHandler,
  RouteOutcome,
  ServiceModel,
  TypeHandlers,
  Update,
} from '../../types.js';
import type { EngineLimits } from '../options.js';
import { SimBus } from './sim-bus.js';
import { NO_FAULTS, SimInstance, type SimWorld } from './sim-service.js';
import { SimState } from './sim-store.js';
import { VirtualTime } from './virtual-time.js';

const CORRELATION = '00000000-0000-8000-8000-000000000001';

/** A small world for tests of one behaviour: the real engine and the real core, no faults unless the test makes them. */
export class Bench {
  readonly time = new VirtualTime(1_800_000_000_000);
  readonly bus: SimBus;
  readonly state = new SimState(this.time);
  readonly world: SimWorld;
  readonly lines: { level: string; message: string; details: object }[] = [];
  /** what left the engines, in order */
  readonly updates: Update[] = [];
  /** how often watchers were told to resume */
  interruptions = 0;
  /** called with each update that leaves */
  onUpdate: (update: Update) => void = () => {};
  readonly #instances: SimInstance[] = [];
  #sent = 0;

  /** @param diskMs how long the bus's disk takes; a part of a millisecond if it is not said */
  constructor(limits: Partial<EngineLimits> = {}, diskMs?: number, bus: Partial<CoreOptions> = {}) {
    const random = seededRandom(1);
    this.bus = new SimBus(this.time, () => diskMs ?? random.next(), {
      attemptsMax: 3,
      retryDelayMs: 10,
      ...bus,
    });
    const log = (level: string) => (details: object, message: string) => {
      this.lines.push({ level, message, details });
    };
    this.world = {
      time: this.time,
      random,
      bus: this.bus,
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      limits: { contentionWaitMs: 100, retryMs: 10, retryMaxMs: 100, ...limits },
      updates: {
        publish: (updates) => {
          for (const update of updates) {
            this.updates.push(update);
            this.onUpdate(update);
          }
        },
        interrupted: () => {
          this.interruptions++;
        },
      },
      faults: NO_FAULTS,
    };
  }

  async startBus(): Promise<void> {
    await this.bus.start();
  }

  /** Starts an instance; resolves when it is live, unless told not to wait. */
  async start(model: ServiceModel, wait = true): Promise<SimInstance> {
    const instance = new SimInstance(this.world, `instance-${this.#instances.length}`, model, this.state);
    this.#instances.push(instance);
    if (wait) await this.time.until(() => instance.engine.state().kind === 'live');
    return instance;
  }

  /** An event from somebody else's service, without a condition. */
  send(type: string, key: string, data: object = {}): void {
    const sessionId = this.bus.connect({ hears: () => {}, lost: () => {} });
    if (sessionId === undefined) throw new Error('the bus is down');
    const event = {
      type,
      key,
      data: JSON.stringify(data),
      checksum: '',
      correlationId: 1,
      correlation: CORRELATION,
      expect: { kind: 'implicit' } as const,
    };
    this.#sent++;
    this.bus.submit({
      kind: 'new',
      sessionId,
      events: [event],
      batchId: `bench-${this.#sent}`,
      atomic: true,
    });
    this.bus.disconnect(sessionId);
  }

  /** Resolves when the service owes nothing and its outbox is empty. */
  async drained(clientType = 'service'): Promise<void> {
    await this.time.pass(5);
    await this.time.until(
      () => this.bus.owed(clientType) === 0 && this.state.memory.keys('outbox').length === 0,
      120_000,
    );
  }

  async route(
    instance: SimInstance,
    handler: RouteHandler,
    options: { key?: string; body?: string; waitApplied?: boolean; mode?: 'resume' } = {},
  ): Promise<RouteOutcome> {
    let outcome: RouteOutcome | undefined;
    const url = '/route';
    const request = { method: 'POST', path: url, url, args: {}, query: {}, headers: {}, caller: undefined };
    const call = {
      handler,
      request: { ...request, body: options.body },
      correlation: CORRELATION,
      waitApplied: options.waitApplied ?? false,
      ...(options.mode && { mode: options.mode }),
      ...(options.key !== undefined && { idempotencyKey: options.key }),
    };
    void instance.route(call, 60_000).then((answered) => {
      outcome = answered;
    });
    await this.time.until(() => outcome !== undefined, 60_000);
    if (!outcome) throw new Error('no answer');
    return outcome;
  }

  text(key: string): string | undefined {
    const item = this.state.memory.item('data', key);
    return item?.kind === 'text' ? item.text : undefined;
  }

  mark(key: string): string | undefined {
    const item = this.state.memory.item('mark', key);
    return item?.kind === 'text' ? item.text : undefined;
  }

  types(): string[] {
    return this.bus.events().map(({ type }) => type);
  }

  async stop(): Promise<void> {
    let stopped = false;
    const all = this.#instances.filter(({ alive }) => alive).map(({ engine }) => engine.stop());
    void Promise.all(all).then(() => {
      stopped = true;
    });
    await this.time.until(() => stopped, 60_000);
  }
}

export function model(types: Record<string, TypeHandlers>): ServiceModel {
  return {
    clientType: 'service',
    script: 'test.lua',
    version: '1',
    types: new Map(Object.entries(types)),
    routes: [],
  };
}

/** A projection that counts its events under the key `count:<event key>`. */
export const counting: EventHandler = async (context, event) => {
  const key = `count:${event.key}`;
  context.set(key, (((await context.get(key)) as number | undefined) ?? 0) + 1);
};

export const ok: RouteAnswer = { status: 200, body: undefined };
