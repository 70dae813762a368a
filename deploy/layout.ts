/**
 * What runs where: the bus, and per service its script, its port and its instances. The first instance of a service listens on
 * the service's own port, the others on ports 10, 20, … above it. All of them listen on this machine only.
 */
import { rightsPath, type Tokens } from './rights.js';

export interface ProcessPlan {
  /** `bus`, `accounts`, `accounts-2`, … */
  readonly name: string;
  /** of the compiled command-line entry, from the project's root */
  readonly entry: string;
  readonly args: readonly string[];
  /** added to the environment: what a process list should not show */
  readonly env?: Readonly<Record<string, string>>;
  /** answers 200 when the process does its work */
  readonly healthUrl: string;
  /** where people and other services find it */
  readonly url: string;
}

export const BUS_PORT = 8081;
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

export function planBus({ data, portOffset, logLevel }: Layout): ProcessPlan {
  const address = `localhost:${BUS_PORT + portOffset}`;
  return {
    name: 'bus',
    entry: 'dist/bus/cli.js',
    args: [
      'server',
      '-b',
      address,
      '--store',
      `log:${data}/log`,
      '--rights',
      rightsPath(data),
      '-l',
      logLevel,
    ],
    healthUrl: `http://${address}/ready`,
    url: `http://${address}`,
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
  return Object.entries(SERVICE_PORTS).flatMap(([service, port]) =>
    Array.from({ length: instances }, (_, index) => {
      const url = `http://localhost:${port + portOffset + 10 * index}`;
      return {
        name: index === 0 ? service : `${service}-${index + 1}`,
        entry: 'dist/runtime/cli.js',
        args: [
          ...['--script', `scripts/${service}.lua`],
          ...['-b', `localhost:${port + portOffset + 10 * index}`],
          ...['-s', `ws://localhost:${BUS_PORT + portOffset}`],
          ...(redis === undefined ? ['--store', `embedded:${data}/state`] : ['-r', redis]),
          ...['-l', logLevel],
        ],
        env: { AUTOKRATOR_TOKEN: tokens.of(service) ?? '' },
        healthUrl: `${url}/health_check`,
        url,
      };
    }),
  );
}
