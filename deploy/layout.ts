/**
 * What runs where: the bus, and per service its script, its port and its instances. The first instance of a service listens on
 * the service's own port, the others on ports 10, 20, … above it. All of them listen on this machine only.
 */
import type { DemoUser } from '../common/pages/session.js';
import { rightsPath, type Tokens } from './rights.js';

export interface ProcessPlan {
  /** `bus`, `accounts`, `accounts-2`, … */
  readonly name: string;
  /** of the compiled command-line entry, from the project's root */
  readonly entry: string;
  readonly args: readonly string[];
  /** its options that a process list should not show, by variable; it inherits none */
  readonly env?: Readonly<Record<string, string>>;
  /** answers 200 when the process does its work */
  readonly healthUrl: string;
  /** where people and other services find it */
  readonly url: string;
}

export const BUS_PORT = 8081;
export const GATEWAY_PORT = 5000;
export const SERVICE_PORTS: Readonly<Record<string, number>> = {
  users: 5005,
  accounts: 5003,
  transactions: 5004,
  loyalty: 5006,
};

export interface Layout {
  /** folder for everything that is kept */
  readonly data: string;
  readonly instances: number;
  /** added to every port, to run several side by side */
  readonly portOffset: number;
  /** `redis://…`, or undefined for the embedded state store */
  readonly redis?: string | undefined;
  readonly logLevel: string;
  readonly tokens: Tokens;
}

/** Where a process will listen; known before anything else of it. */
export type Place = Pick<ProcessPlan, 'name' | 'url'>;

export function placesOf({ instances, portOffset }: Pick<Layout, 'instances' | 'portOffset'>): Place[] {
  const services = Object.keys(SERVICE_PORTS).flatMap((service) =>
    Array.from({ length: instances }, (_, index) => servicePlace(service, index, portOffset)),
  );
  return [busPlace(portOffset), ...services, gatewayPlace(portOffset)];
}

function busPlace(portOffset: number): Place {
  return { name: 'bus', url: `http://localhost:${BUS_PORT + portOffset}` };
}

function servicePlace(service: string, index: number, portOffset: number): Place {
  return {
    name: index === 0 ? service : `${service}-${index + 1}`,
    url: `http://localhost:${SERVICE_PORTS[service]! + portOffset + 10 * index}`,
  };
}

function gatewayPlace(portOffset: number): Place {
  return { name: 'gateway', url: `http://localhost:${GATEWAY_PORT + portOffset}` };
}

/** How the gateway faces people. */
export interface Front {
  /** `localhost`: this machine only */
  readonly host: string;
  /** false: nobody signs in */
  readonly auth: boolean;
  /** those of a demonstration; undefined if it is none */
  readonly demoUsers: readonly DemoUser[] | undefined;
  /** names of users who may use the observatory */
  readonly operators: readonly string[];
  /** folder of the built pages; where the launcher builds them if absent */
  readonly pages?: string | undefined;
}

export function planBus({ data, portOffset, logLevel }: Layout): ProcessPlan {
  const { name, url } = busPlace(portOffset);
  return {
    name,
    entry: 'dist/bus/cli.js',
    args: [
      'server',
      '-b',
      new URL(url).host,
      '--store',
      `log:${data}/log`,
      '--rights',
      rightsPath(data),
      '-l',
      logLevel,
    ],
    healthUrl: `${url}/ready`,
    url,
  };
}

export function planServices({
  data,
  instances,
  portOffset,
  redis,
  logLevel,
  tokens,
}: Layout): ProcessPlan[] {
  return Object.keys(SERVICE_PORTS).flatMap((service) =>
    Array.from({ length: instances }, (_, index) => {
      const { name, url } = servicePlace(service, index, portOffset);
      return {
        name,
        entry: 'dist/runtime/cli.js',
        args: [
          ...['--script', `scripts/${service}.lua`],
          ...['-b', new URL(url).host],
          ...['-s', `ws://localhost:${BUS_PORT + portOffset}`],
          ...(redis === undefined ? ['--store', `embedded:${data}/state`] : []),
          ...['--keys', `${data}/keys`],
          ...['-l', logLevel],
        ],
        // Its address may hold a password.
        env: {
          AUTOKRATOR_TOKEN: tokens.of(service) ?? '',
          ...(redis !== undefined && { AUTOKRATOR_REDIS: redis }),
        },
        healthUrl: `${url}/health_check`,
        url,
      };
    }),
  );
}

/** A service's state as it was, shown on a free port of this machine; undefined if there is no such service. */
export function planPast(
  { data, portOffset, logLevel, tokens }: Pick<Layout, 'data' | 'portOffset' | 'logLevel' | 'tokens'>,
  service: string,
  at: string,
): Pick<ProcessPlan, 'name' | 'entry' | 'args' | 'env'> | undefined {
  if (!Object.hasOwn(SERVICE_PORTS, service)) return undefined;
  return {
    name: `${service} as of ${at}`,
    entry: 'dist/runtime/cli.js',
    args: [
      ...['--script', `scripts/${service}.lua`, '--as-of', at],
      ...['-b', '127.0.0.1:0', '-s', `ws://localhost:${BUS_PORT + portOffset}`],
      ...['--keys', `${data}/keys`, '-l', logLevel],
    ],
    env: { AUTOKRATOR_TOKEN: tokens.of(service) ?? '' },
  };
}

/** Of the services' instances, by service: `{accounts: ['http://localhost:5003', …]}`. */
export function addressesOf(plans: readonly ProcessPlan[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.keys(SERVICE_PORTS).map((service) => [
      service,
      plans.filter(({ name }) => name.replace(/-\d+$/, '') === service).map(({ url }) => url),
    ]),
  );
}

export function planGateway(
  { portOffset, logLevel, tokens }: Layout,
  { host, auth, demoUsers, operators, pages = 'dist/web' }: Front,
): ProcessPlan {
  const { name, url } = gatewayPlace(portOffset);
  const users = demoUsers?.map(({ username, password }) => `${username}:${password}`).join(',');
  return {
    name,
    entry: 'dist/gateway/cli.js',
    args: [
      ...['-b', `${host}:${new URL(url).port}`],
      ...['--bus', `http://localhost:${BUS_PORT + portOffset}`],
      ...['--auth', auth ? 'on' : 'off'],
      ...(operators.length > 0 ? ['--operators', operators.join(',')] : []),
      ...(demoUsers === undefined ? [] : ['--demonstration']),
      ...['--pages', pages, '--control', '-l', logLevel],
    ],
    env: {
      AUTOKRATOR_BUS_TOKEN: tokens.operator ?? '',
      AUTOKRATOR_DEMO_USERS: users ?? '',
    },
    healthUrl: `${url}/ready`,
    url,
  };
}
