#!/usr/bin/env node
/** The command line of the superclient: turns a Lua script into a running service. */
import { basename } from 'node:path';
import { systemClock } from '../common/clock.js';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { createLogger } from '../common/log.js';
import { parseAddress } from '../common/option-parsers.js';
import { logLevel } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import { systemRandom } from '../common/random.js';
import { listenForStop } from '../common/stop-request.js';
import { ScriptError } from './lua/vm.js';
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
    logLevel,
    check: { flag: true, describe: 'load the script, list what it declares, and exit' },
  },
  async run({ script, bind, server, token, store, keys, redis, logLevel: level, check }) {
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
    await serve({ script, bind, server, token, state: redis ?? store ?? DEFAULT_STATE, keys, log });
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

/** Mistakes of scripts and surroundings are told in one message, without the stack of this program. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
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
