import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../common/clock.js';
import { uuidV7Source } from '../../common/ids.js';
import { type Logger, silentLogger } from '../../common/log.js';
import { DEFAULT_LIMITS, type Limits } from '../../common/protocol/limits.js';
import { type Random, systemRandom } from '../../common/random.js';
import { Core } from '../core/core.js';
import { DEFAULT_CORE_OPTIONS } from '../core/options.js';
import type { CoreOptions, CoreViews } from '../core/types.js';
import type { EventStore } from '../store/event-store.js';
import { buildApp } from './http/app.js';
import { EventStreams } from './http/event-streams.js';
import { Loop, type OutwardEffect } from './loop.js';
import { Metrics } from './metrics.js';
import { Operators } from './operators.js';
import { createPageReader } from './pages.js';
import { Rates } from './rates.js';
import { recover } from './recover.js';
import { OPEN_RIGHTS, type Rights } from './rights.js';
import { SessionIds } from './session-ids.js';
import { Sessions } from './sessions.js';
import { DEFAULT_SETTINGS, type ServerSettings } from './settings.js';
import { StartError } from './start-error.js';
import { LogCounter } from './totals/log-counter.js';
import { Turn } from './turn.js';

export interface BusOptions {
  readonly host: string;
  /** 0 = any free port */
  readonly port: number;
  /** not opened yet; the bus opens it, and closes it when it stops */
  readonly store: EventStore;
  /** client types whose events count as acknowledged when sent */
  readonly autoAcknowledge?: readonly string[];
  /** without them everybody may do everything */
  readonly rights?: Rights;
  readonly limits?: Partial<Limits>;
  readonly settings?: Partial<ServerSettings>;
  readonly core?: Partial<Omit<CoreOptions, 'debts' | 'autoAcknowledge'>>;
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** An invariant does not hold: the bus hears nothing more. Without it the error is thrown at the process. */
  readonly broken?: (error: unknown) => void;
}

export interface RunningBus {
  /** `ws://host:port`; the HTTP side is at the same host and port */
  readonly address: string;
  readonly port: number;
  readonly views: CoreViews;
  /** Refuses newcomers, lets what is under way become durable, closes every session (1001) and the store. */
  stop(): Promise<void>;
}

/**
 * Starts a bus: opens the store, takes up where the log ends, records the start, and listens. The parts it joins know each
 * other only through what is handed to them here.
 * @throws StoreError from the store; StartError if the address cannot be used
 */
export async function startBus(options: BusOptions): Promise<RunningBus> {
  const { host, port, store, clock = systemClock, random = systemRandom, log = silentLogger } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const { recovered, debts, begin } = await recover(store, clock, log);
  const { logId } = recovered;
  const rights = options.rights ?? OPEN_RIGHTS;
  const core = new Core(recovered, store, {
    ...DEFAULT_CORE_OPTIONS,
    ...options.core,
    debts,
    autoAcknowledge: options.autoAcknowledge ?? [],
  });
  const { views } = core;

  let committedHead = recovered.lastPosition;
  let stopping: Promise<void> | undefined;
  const turn = new Turn();
  const loop = new Loop({
    core,
    store,
    clock,
    turn,
    log,
    tickMs: settings.tickMs,
    perform,
    broken: options.broken ?? throwAtProcess,
  });
  const pages = createPageReader(store, settings);
  const operators = new Operators((input) => loop.submit(input));
  const sessions = new Sessions({
    ids: new SessionIds(recovered.incarnation + 1, begin),
    limits,
    settings,
    log,
    rights,
    pages,
    logId,
    head: () => committedHead,
    settled: () => loop.settled(),
    submit: (input) => loop.submit(input),
    newCorrelation: uuidV7Source(clock, random),
    requestFlush: () => turn.request(),
  });
  const metrics = new Metrics({
    views,
    sessions: () => sessions.count,
    waitingBytes: () => loop.waitingBytes,
    storeWorks: () => loop.storeError === undefined,
  });
  const rates = new Rates();
  const streams = new EventStreams();
  const counter = new LogCounter({ pages, head: () => committedHead, log });
  const app = buildApp({
    views,
    store,
    pages,
    operators,
    rights,
    streams,
    counter,
    rates,
    limits,
    settings,
    clock,
    log,
    logId,
    head: () => committedHead,
    drain,
    unready,
    judged: () => metrics.judged,
    metrics: () => metrics.read(),
  });

  function perform(effect: OutwardEffect): void {
    metrics.count(effect);
    switch (effect.kind) {
      case 'committed':
        committedHead = effect.events.at(-1)?.position ?? committedHead;
        sessions.committed(effect.events);
        streams.committed(effect.events);
        return;
      case 'operator-answer':
        operators.answer(effect);
        return;
      case 'notice':
        log[effect.level](effect.details, effect.message);
        return;
      default:
        sessions.perform(effect);
    }
  }

  function drain(sessionId: number): boolean {
    const known = views
      .services()
      .some(({ instances }) => instances.some((one) => one.sessionId === sessionId));
    if (known) loop.submit({ kind: 'drain', sessionId });
    return known;
  }

  function unready(): { code: 'shutting_down' | 'store_unavailable'; message: string } | undefined {
    if (stopping !== undefined) return { code: 'shutting_down', message: 'the bus is stopping' };
    if (loop.storeError === undefined) return undefined;
    return { code: 'store_unavailable', message: loop.storeError };
  }

  turn.atEnd(() => {
    sessions.throttle(loop.waitingBytes > settings.appendBytesMax);
    sessions.flush();
  });
  app.server.on('upgrade', (request, connection, head) => sessions.upgrade(request, connection, head));
  loop.start();
  const sampling = setInterval(() => rates.sample(clock.now(), views.services()), 1000);

  async function stop(): Promise<void> {
    log.info('the bus stops');
    sessions.quiesce('shutting_down');
    await withDeadline(loop.idle(), settings.stopDeadlineMs);
    await release();
    log.info('the bus has stopped');
  }

  async function release(): Promise<void> {
    loop.stop();
    operators.stop();
    clearInterval(sampling);
    streams.close();
    counter.stop();
    await sessions.closeAll('shutting_down', settings.stopDeadlineMs);
    await app.close();
    turn.cancel();
    await store.close();
  }

  try {
    await app.listen({ host, port });
  } catch (error) {
    await release();
    throw new StartError(`cannot listen on ${host}:${port}: ${(error as Error).message}`, { cause: error });
  }
  const bound = (app.server.address() as AddressInfo).port;
  const address = `ws://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  log.info({ address, head: recovered.lastPosition }, 'the bus listens at %s', address);
  return {
    address,
    port: bound,
    views,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function throwAtProcess(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
