import type { JSONWebKeySet } from 'jose';
import { type Clock, systemClock } from '../common/clock.js';
import { uuidV7Source } from '../common/ids.js';
import type { Logger } from '../common/log.js';
import type { Address } from '../common/option-parsers.js';
import type { DemoUser, Mode } from '../common/pages/session.js';
import { systemRandom } from '../common/random.js';
import { signedIn, unchecked } from './auth/access.js';
import { PublicKeys } from './auth/public-keys.js';
import { Throttle } from './auth/throttle.js';
import { Tokens } from './auth/tokens.js';
import { Directory } from './discovery/directory.js';
import type { Found } from './discovery/instance.js';
import { fromBus, listed } from './discovery/source.js';
import { buildApp } from './http/app.js';
import { GatewayMetrics } from './http/metrics.js';
import { Hub } from './live/hub.js';
import { PageTopics } from './live/page-topics.js';
import { Topics } from './live/topics.js';
import { Bus } from './operator/bus.js';
import { type Channel, Control } from './operator/control.js';
import { Money } from './operator/money.js';
import { Overview } from './operator/overview.js';
import { Ownership } from './ownership.js';
import { PendingTransfers } from './pages/pending-transfers.js';
import { Services } from './services/services.js';
import { SETTINGS, type Settings } from './settings.js';

export interface GatewayOptions extends Address {
  /** HTTP side of the bus */
  readonly bus: string;
  /** the operators' token of the bus, where it has rights */
  readonly busToken?: string | undefined;
  /** instances that are written down; without them the bus is asked who is there */
  readonly services?: readonly Found[] | undefined;
  /** false: nobody signs in */
  readonly auth: boolean;
  /** names of users */
  readonly operators: readonly string[];
  readonly demonstration: boolean;
  readonly demoUsers?: readonly DemoUser[] | undefined;
  /** to the launcher, if there is one */
  readonly control?: Channel | undefined;
  /** folder of the pages */
  readonly pages?: string | undefined;
  readonly documentation: boolean;
  readonly origins: readonly string[];
  /** 0 = any number */
  readonly requestsPerMinute: number;
  readonly trustedProxies: number;
  readonly version: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly settings?: Partial<Settings>;
}

export interface Gateway {
  /** `http://host:port` */
  readonly url: string;
  stop(): Promise<void>;
}

/** A running gateway. Resolves when it listens; services may come later. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, clock = systemClock, operators, demonstration } = options;
  const settings: Settings = { ...SETTINGS, ...options.settings };
  const metrics = new GatewayMetrics();
  const bus = new Bus(options.bus, options.busToken, settings);
  const source = options.services === undefined ? fromBus(() => bus.services()) : listed(options.services);
  const directory = new Directory(source, settings, log);
  const services = new Services(directory, settings, metrics.asked);
  const keys = new PublicKeys(
    () => services.read<JSONWebKeySet>('users', '/.well-known/jwks.json'),
    clock,
    settings,
  );
  const tokens = new Tokens(keys.of, clock, settings.verifiedTokensMax);
  const access = options.auth ? signedIn(tokens, new Set(operators)) : unchecked();
  const ownership = new Ownership(services, settings.ownersMax);
  const hub = new Hub(directory, settings, log);
  const topics = new Topics(services, ownership);
  const control = new Control(options.control, settings);
  const overview = new Overview({ bus, directory, clock, settings });
  const mode: Mode = {
    auth: options.auth,
    demonstration,
    ...(demonstration && options.demoUsers !== undefined && { demo_users: options.demoUsers }),
    version: options.version,
  };
  const app = await buildApp({
    services,
    directory,
    ownership,
    access,
    tokens,
    throttle: new Throttle(clock, settings),
    pending: new PendingTransfers(hub, clock, settings),
    hub,
    topics,
    pageTopics: new PageTopics({ hub, topics, bus, overview, control, settings, log }),
    bus,
    control,
    money: new Money(bus, settings, log),
    reservedNames: new Set([...operators, ...(options.demoUsers ?? []).map(({ username }) => username)]),
    metrics,
    mode,
    settings,
    clock,
    log,
    newId: uuidV7Source(clock, systemRandom),
    origins: options.origins,
    requestsPerMinute: options.requestsPerMinute,
    trustedProxies: options.trustedProxies,
    pages: options.pages,
    documentation: options.documentation,
  });
  metrics.measure({
    sockets: () => app.websocketServer.clients.size,
    topics: () => hub.topics,
    instances: () => directory.all(),
  });
  const release = async () => {
    overview.close();
    hub.close();
    await Promise.all([directory.close(), bus.close()]);
  };
  try {
    await directory.start();
    return { url: await app.listen({ host: options.host, port: options.port }), stop };
  } catch (error) {
    await release();
    throw error;
  }

  /** Takes no more requests, answers those under way, and lets go of everything. */
  async function stop(): Promise<void> {
    const cutOff = setTimeout(() => app.server.closeAllConnections(), settings.stopMs);
    await app.close();
    clearTimeout(cutOff);
    await release();
  }
}
