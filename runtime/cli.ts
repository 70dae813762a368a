#!/usr/bin/env node
/** The command line of the superclient: turns a Lua script into a running service. */
import { basename } from 'node:path';
import { systemClock } from '../common/clock.js';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { createLogger, type Logger } from '../common/log.js';
import { type Address, parseAddress } from '../common/option-parsers.js';
import { logLevel } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import type { PastReport } from '../common/past-report.js';
import { parsePoint } from '../common/point-in-log.js';
import { systemRandom } from '../common/random.js';
import { listenForStop } from '../common/stop-request.js';
import { ScriptError } from './lua/vm.js';
import { NoSuchPoint } from './service/as-of/no-such-point.js';
import type { PastOptions, PastState } from './service/as-of/past-service.js';
import { modelSummary } from './service/model-summary.js';
import { showRebuilds } from './service/rebuild-display.js';
import { loadScript } from './service/script.js';
import type { ServiceOptions } from './service/service.js';
import { StartError } from './service/start-error.js';
import { DEFAULT_KEYS, Tokens } from './service/tokens/tokens.js';
import { parseStateSpec } from './state/registry.js';

const DEFAULT_STATE = 'embedded:./data/state';
/** as shells report a process that was interrupted */
const EXIT_FORCED = 130;

const superclient = command('superclient', {
  describe: 'runs a Lua script as a service',
  options: {
    script: { describe: 'the script, e.g. scripts/accounts.lua', required: true, positional: true },
    bind: {
      alias: 'b',
      default: '0.0.0.0:8080',
      describe: 'address of the HTTP routes; port 0 is any free one',
      parse: parseAddress,
    },
    server: { alias: 's', default: 'ws://localhost:8081', describe: 'the event bus', parse: parseBusUrl },
    store: {
      describe: `where the state is kept: embedded:DIR, memory or redis://… (default ${DEFAULT_STATE})`,
      parse: parseStore,
    },
    token: {
      describe: 'what the bus knows this client type by; safer in the environment than on a command line',
    },
    keys: { default: DEFAULT_KEYS, describe: 'folder of the key that signs tokens; made when it is needed' },
    redis: { alias: 'r', describe: 'short for --store redis://…', parse: parseRedis },
    asOf: {
      parse: parsePoint,
      describe: 'serve only the GET routes, from the state as it was at this cursor or time',
    },
    until: {
      parse: parsePoint,
      describe: 'build the state as it was at this cursor or time into an empty --store, and end',
    },
    logLevel,
    check: { flag: true, describe: 'load the script, list what it declares, and exit' },
  },
  async run({ script, bind, server, token, store, keys, redis, asOf, until, logLevel: level, check }) {
    if (asOf !== undefined && until !== undefined)
      throw new CommandFailure(
        '--as-of serves a state as it was, --until leaves it in a store; give one of them.',
      );
    if (store !== undefined && redis !== undefined)
      throw new CommandFailure('--store and --redis name two places for one state; give one of them.');
    const log = createLogger({ name: basename(script, '.lua'), level });
    if (check) {
      const { model, vm } = await explained(
        loadScript({
          file: script,
          log,
          clock: systemClock,
          random: systemRandom,
          tokens: new Tokens(keys, systemClock),
        }),
      );
      vm.close();
      process.stdout.write(`${modelSummary(model)}\n`);
      return;
    }
    const state = redis ?? store;
    const common = { script, server, token, keys, log };
    if (asOf !== undefined) return servePast({ ...common, point: asOf, bind, state: state ?? 'memory' });
    if (until === undefined) return serve({ ...common, bind, state: state ?? DEFAULT_STATE });
    if (state === undefined || state === 'memory')
      throw new CommandFailure('--until needs a --store that stays, and is empty.');
    return buildPast({ ...common, point: until, state });
  },
});

/** Runs the service until somebody asks it to stop. */
async function serve(options: ServiceOptions): Promise<void> {
  const stop = listenForStop(() => process.exit(EXIT_FORCED));
  // Not needed for a check: it brings the HTTP server, the state stores and the bus client.
  const { startService } = await import('./service/service.js');
  const starting = explained(startService(options));
  const service = await Promise.race([starting, stop.asked]);
  // Nothing has been handled yet, and what is open may be left as it is: it survives worse.
  if (typeof service === 'string') process.exit(0);

  const display = await showRebuilds(
    service.state,
    options.log,
    process.stderr.isTTY ? process.stderr : undefined,
  );
  const reason = await stop.asked;
  options.log.info({ reason }, 'stopping');
  display.stop();
  await service.stop();
  stop.release();
}

/** Serves a state as it was until somebody asks to stop. Whoever has started the process is told the port. */
async function servePast(options: PastOptions & { readonly bind: Address }): Promise<void> {
  const { startPastService } = await import('./service/as-of/past-service.js');
  await past(startPastService(options), options.log, (service, stopAsked) => {
    report({ kind: 'listening', port: service.address.port });
    const built = service.built.then(() => report({ kind: 'built' }));
    return Promise.race([built.then(() => stopAsked), stopAsked]);
  });
}

/** Builds a state as it was, and ends. */
async function buildPast(options: PastOptions): Promise<void> {
  const { buildPastState } = await import('./service/as-of/past-service.js');
  await past(buildPastState(options), options.log, async ({ model, built }, stopAsked) => {
    const reached = await Promise.race([built, stopAsked]);
    if (typeof reached === 'string')
      throw new CommandFailure('Stopped: the store holds a part of the state.');
    const { position, events } = reached;
    process.stdout.write(`${model.clientType} as of ${position}: ${events} events, in ${options.state}\n`);
  });
}

/** Runs one of both to its end, or until somebody asks to stop. */
async function past<P extends PastState>(
  starting: Promise<P>,
  log: Logger,
  work: (past: P, stopAsked: Promise<string>) => Promise<unknown>,
): Promise<void> {
  const stop = listenForStop(() => process.exit(EXIT_FORCED));
  const started = await explained(starting);
  const display = await showRebuilds(started.state, log, process.stderr.isTTY ? process.stderr : undefined);
  try {
    await explained(work(started, stop.asked));
  } finally {
    display.stop();
    await started.stop();
    stop.release();
  }
}

/** To the process that has started this one, if it listens. */
function report(message: PastReport): void {
  process.send?.(message);
}

/** Mistakes of scripts and surroundings are told in one message, without the stack of this program. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NoSuchPoint) report({ kind: 'no-such-point', message: error.message });
    if (error instanceof ScriptError || error instanceof StartError)
      throw new CommandFailure(error.message, { cause: error });
    throw error;
  }
}

function parseBusUrl(text: string): string {
  if (!URL.canParse(text) || !/^wss?:$/.test(new URL(text).protocol))
    throw new Error('must be the address of a bus, such as ws://localhost:8081');
  return text;
}

function parseStore(text: string): string {
  parseStateSpec(text);
  return text;
}

function parseRedis(text: string): string {
  if (!/^rediss?:/.test(text))
    throw new Error('must be the address of a Redis server, such as redis://localhost:6379');
  return parseStore(text);
}

process.exitCode = await runCommandLine([superclient], { version: packageVersion() });
