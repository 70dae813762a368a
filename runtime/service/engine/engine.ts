import { Abort, ScriptError } from '../../lua/vm.js';
import type { BusEvents, DeliveredEvent, Engine, EngineState, RouteCall, RouteOutcome } from '../types.js';
import { StateLost, StateSetBack, StateUnavailable, Voided } from './aborts.js';
import { Contended, Refused } from './events.js';
import { Job } from './job.js';
import { Lanes } from './lanes.js';
import { type LiveService, liveService } from './live-service.js';
import { type EngineOptions, type EngineParts, withDefaults } from './options.js';
import { Overtaken } from './overtaken.js';
import { isAnotherLog, type LogEnds, Preparation, type PreparedState } from './preparation.js';
import { failure } from './route-call.js';
import { type Counters, newCounters } from './service-parts.js';
import { subscribedTypes } from './subscriptions.js';

/**
 * Runs a model over a state store and a bus: prepares the state, takes events, answers routes.
 *
 *   connecting ── registered ──▶ rebuilding ── state is fit ──▶ live ── stop ──▶ stopping
 *                                     ▲───── store away or lost ──┘
 *
 * Nothing is taken from the bus unless the state is fit. When the store is away the engine steps aside instead of failing
 * events: the bus gives what was out to other instances, or keeps it; nothing counts as a failure of the script. When the
 * store is back it may be an older copy or empty, so it is prepared again before anything else touches it.
 *
 * @param options the store is open already; `stop` closes it
 */
export function createEngine(options: EngineOptions): Engine {
  return new ServiceEngine(withDefaults(options));
}

class ServiceEngine implements Engine {
  readonly #counters: Counters = newCounters();
  readonly #lanes: Lanes;
  readonly #types: readonly string[];
  #ends: LogEnds | undefined;
  #preparation: Preparation | undefined;
  #preparing: Promise<void> | undefined;
  #live: LiveService | undefined;
  #suspect = false;
  #stopping = false;
  #routesRunning = new Set<Promise<unknown>>();
  #cancelSweep = () => {};

  constructor(private readonly parts: EngineParts) {
    this.#types = subscribedTypes(parts.model);
    this.#lanes = new Lanes(
      {
        handle: (event, job) => this.#current().events.handle(event, job),
        failed: (event, error) => this.#nack(event, error),
        aborted: (reason) => this.#trouble(reason),
        newJob: () => new Job(parts, parts.limits.handlerMs),
        barrier: () => this.#barrier(),
      },
      parts.limits.concurrencyMax,
    );
  }

  async start(): Promise<void> {
    const { bus, model, instance, limits } = this.parts;
    const registration = {
      clientType: model.clientType,
      eventTypes: this.#types,
      instance,
      maxInFlight: limits.inFlightMax,
    };
    bus.start(registration, this.#busEvents());
  }

  state(): EngineState {
    if (this.#stopping) return { kind: 'stopping' };
    if (this.#live) return { kind: 'live' };
    return this.#preparation ? { kind: 'rebuilding', ...this.#preparation.progress } : { kind: 'connecting' };
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counters,
      lanes_running: this.#lanes.running,
      routes_running: this.#routesRunning.size,
    };
  }

  async route(call: RouteCall): Promise<RouteOutcome> {
    if (this.#stopping) return failure('shutting_down', 'the service is stopping');
    if (!this.#live) return this.#notLive();
    const answered = this.#live.routes.call(call);
    this.#routesRunning.add(answered);
    return answered.finally(() => this.#routesRunning.delete(answered));
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#cancelSweep();
    const { bus, store, limits } = this.parts;
    await this.#atMost(limits.stopMs, async () => {
      await Promise.all([bus.drain(), ...this.#routesRunning]);
      await this.#lanes.idle();
      await this.#live?.lazyMarks.flush();
      await this.#live?.checkpoint.settled();
    });
    this.#lanes.reset(new Voided('the service stops'));
    await bus.stop();
    // A batch that was under way is answered `unknown` now; its handler ends without touching the store again.
    await this.#atMost(limits.stopMs, () => this.#lanes.idle());
    await this.#preparing;
    await store.close();
  }

  #busEvents(): BusEvents {
    return {
      registered: (ends) => {
        const known = this.#ends?.logId;
        this.#ends = ends;
        this.#lanes.reset(new Voided('registered anew: what is owed comes again'));
        if (isAnotherLog(known, ends.logId)) this.#trouble(new StateLost('the bus has another log'));
        // The bus tells what has moved since: what moved before, during a preparation, only this registration says.
        if (this.#live) this.#live.checkpoint.progress(ends.acknowledged);
        else this.#prepare();
      },
      events: (events) => {
        if (this.#live) this.#lanes.receive(events);
      },
      progress: (ends) => {
        this.#ends = { ...this.#ends, ...ends };
        this.#live?.checkpoint.progress(ends.acknowledged);
      },
      disconnected: (reason) => this.#lanes.reset(new Voided(reason)),
    };
  }

  #notLive(): RouteOutcome {
    if (!this.#preparation) return failure('bus_unavailable', 'the service has not reached the bus yet');
    return this.#preparation.storeAway
      ? failure('state_unavailable', 'the state store cannot be reached')
      : failure('rebuilding', 'the service is bringing its state up to date');
  }

  #current(): LiveService {
    if (!this.#live) throw new Voided('the state is not fit');
    return this.#live;
  }

  #prepare(): void {
    if (this.#stopping) return;
    this.#preparing ??= this.#prepareNow()
      .catch((error: unknown) => {
        if (!(error instanceof Abort)) this.parts.log.error({ error }, 'the state could not be prepared');
      })
      .finally(() => {
        this.#preparing = undefined;
      });
  }

  async #prepareNow(): Promise<void> {
    const { bus, log } = this.parts;
    this.#preparation ??= this.#newPreparation();
    let prepared: PreparedState;
    do {
      prepared = await this.#preparation.run(this.#suspect);
      this.#suspect = false;
      // The bus may have come back with another one while this was done.
    } while (isAnotherLog(prepared.logId, this.#ends?.logId));
    const live: LiveService = liveService(this.parts, this.#counters, prepared, (reason) => {
      // What still runs on an earlier state has no say about this one.
      if (this.#live === live) this.#trouble(reason);
    });
    this.#live = live;
    this.#preparation = undefined;
    log.info({ ...prepared }, 'the state is up to date');
    bus.deliver(true);
    this.#sweepNow();
  }

  #newPreparation(): Preparation {
    const ends = () => this.#ends ?? { acknowledged: '0', head: '0' };
    const ended = () => this.#stopping;
    return new Preparation(this.parts, this.#counters, ends, ended, async (generation, epoch) => {
      const prepared = { generation, epoch, logId: undefined };
      await liveService(this.parts, this.#counters, prepared, () => {}).sweep.locking();
    });
  }

  /** The state can no longer be worked on: step aside, and prepare it again. */
  #trouble(reason: Abort): void {
    if (!this.#live || this.#stopping || reason instanceof Voided) return;
    this.parts.log.warn({ reason: reason.message }, 'stepping aside until the state is fit again');
    this.#live = undefined;
    this.parts.updates.interrupted();
    this.#preparation = this.#newPreparation();
    this.#preparation.storeAway = reason instanceof StateUnavailable;
    // A store that was away may come back as an older copy. A changed generation is no such sign: somebody has seen to it.
    this.#suspect ||= reason instanceof StateUnavailable || reason instanceof StateSetBack;
    this.#cancelSweep();
    this.#lanes.reset(reason);
    // Registers anew, and what the bus says then is where the preparation begins.
    this.parts.bus.deliver(false);
  }

  #sweepNow(): void {
    const live = this.#live;
    if (!live || this.#stopping) return;
    void live.sweep
      .stale(() => this.#live !== live || this.#stopping)
      .catch((error: unknown) => {
        if (error instanceof Abort) this.#trouble(error);
        else this.parts.log.error({ error }, 'the outbox could not be looked through');
      })
      .finally(() => {
        if (this.#live !== live || this.#stopping) return;
        this.#cancelSweep = this.parts.timers.after(this.parts.limits.sweepMs, () => this.#sweepNow());
      });
  }

  /** @throws Abort if the state cannot be asked */
  async #nack(event: DeliveredEvent, error: unknown): Promise<void> {
    const { model, bus, log } = this.parts;
    const message = error instanceof Error ? error.message : String(error);
    const traceback = error instanceof ScriptError ? error.details.traceback : undefined;
    const { type, key, value, delivery, attempt } = event;
    const report = {
      message,
      ...(traceback !== undefined && { traceback }),
      script: model.script,
      version: model.version,
      applied: await this.#current().events.isApplied(event),
    };
    if (error instanceof Contended && !error.stuck) {
      this.#counters.events_given_back++;
      log.info(
        { type, key, value, attempt, awaits: error.keys },
        'an event is given back: its handler waits for others',
      );
      bus.giveBack(delivery, report, error.keys);
      return;
    }
    this.#counters.events_failed++;
    log.warn({ type, key, value, attempt, error: message, traceback }, 'an event was not handled');
    bus.fail(delivery, report, !(error instanceof Refused || error instanceof Overtaken));
  }

  /** The bus answers in order: when it answers this, everything it sent before has arrived. */
  async #barrier(): Promise<void> {
    const { bus, limits, sleep } = this.parts;
    for (;;) {
      const after = this.#ends?.head ?? '0';
      try {
        await bus.query({ eventTypes: this.#types, after, limit: 1, acknowledgedOnly: true });
        return;
      } catch (error) {
        // Of a connection that is lost nothing is under way any more: all is void.
        if (this.#stopping || !bus.connected()) throw error;
      }
      await sleep(limits.retryMs);
    }
  }

  async #atMost(ms: number, work: () => Promise<void>): Promise<void> {
    let cancel = () => {};
    const over = new Promise<void>((resolve) => {
      cancel = this.parts.timers.after(ms, resolve);
    });
    try {
      await Promise.race([work(), over]);
    } catch (error) {
      this.parts.log.warn({ error }, 'did not end in good order');
    } finally {
      cancel();
    }
  }
}
