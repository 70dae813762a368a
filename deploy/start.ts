/** `npm start`: the bus, the bank's services and the gateway, from nothing to healthy, until somebody stops it. */
import { resolve } from 'node:path';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { DirectoryInUse } from '../common/directory-lock.js';
import { GATEWAY_OPTIONS } from '../common/gateway-options.js';
import { parseDuration, wholeNumber } from '../common/option-parsers.js';
import { logLevel } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import type { DemoUser } from '../common/pages/session.js';
import { seededRandom } from '../common/random.js';
import { listenForStop } from '../common/stop-request.js';
import { PastStates } from './as-of/past-states.js';
import { serveControl } from './control.js';
import { provideUsers, settle } from './demonstration.js';
import { Filling } from './filling.js';
import { Fleet } from './fleet.js';
import { forget } from './forget.js';
import {
  addressesOf,
  type Place,
  type ProcessPlan,
  placesOf,
  planBus,
  planGateway,
  planPast,
  planServices,
} from './layout.js';
import { logLine } from './log-line.js';
import { type Operator, settleOperators } from './operators.js';
import { Bank } from './populate/bank.js';
import { populate } from './populate/populate.js';
import { provideRights, rightsPath } from './rights.js';
import { healthy } from './supervisor.js';

const INSTANCES_MAX = 10;
const PORT_OFFSET_MAX = 50_000;
const EXIT_FORCED = 130;
const POPULATE_SEED = 1;
const POPULATE_PLAN = {
  users: { min: 10, max: 10 },
  accounts: { min: 1, max: 3 },
  operations: { min: 5, max: 20 },
  rate: 0,
  concurrency: 50,
};
const OPEN_DOORS =
  '\u001b[1;31mNobody has to sign in (--auth off): whoever opens the address may move everybody’s money.\u001b[0m';

const start = command('npm start --', {
  describe: 'starts the event bus and the services of the bank',
  options: {
    instances: { default: '1', parse: wholeNumber(1, INSTANCES_MAX), describe: 'of each service' },
    data: { default: './data', describe: 'folder for everything that is kept' },
    fresh: { flag: true, describe: 'forget what was kept before' },
    redis: { describe: 'keep the services’ state at this Redis server instead of in the data folder' },
    portOffset: { default: '0', parse: wholeNumber(0, PORT_OFFSET_MAX), describe: 'added to every port' },
    patience: {
      default: '2m',
      parse: parseDuration,
      describe: 'how long a process may take to become healthy',
    },
    host: {
      default: 'localhost',
      describe: 'where the gateway listens; 0.0.0.0 lets other machines in',
    },
    ...GATEWAY_OPTIONS,
    demonstration: {
      choices: ['on', 'off'],
      default: 'on',
      describe: 'with users to try it, whose passwords anybody sees who opens the sign-in page',
    },
    populate: { flag: true, describe: 'fill the bank with random users and money before it opens' },
    logLevel: { ...logLevel, default: 'warn' },
  },
  async run(options) {
    const { instances, data, fresh, redis, portOffset, patience, logLevel: level } = options;
    const startedAt = performance.now();
    const folder = resolve(data);
    const stop = listenForStop(() => process.exit(EXIT_FORCED));
    await refuseIfTaken(placesOf({ instances, portOffset }));
    if (fresh) await forgetUnlessInUse(folder);
    const tokens = await provideRights(folder).catch((error: Error) => {
      throw new CommandFailure(`${rightsPath(folder)}: ${error.message}`);
    });
    const layout = { data: folder, instances, portOffset, redis, logLevel: level, tokens };
    const bus = planBus(layout);
    const services = planServices(layout);
    const demoUsers = options.demonstration === 'on' ? await provideUsers(folder) : undefined;
    const operators = [
      ...options.operators,
      ...(demoUsers ?? []).filter(({ operator }) => operator).map(({ username }) => username),
    ];
    const gateway = planGateway(layout, {
      host: options.host,
      auth: options.auth === 'on',
      demoUsers,
      operators,
    });
    const fleet = new Fleet(say);
    const bank = new Bank(addressesOf(services), { signal: fleet.stopping });
    const past = new PastStates({
      plan(service, at) {
        fleet.stopping.throwIfAborted();
        return planPast(layout, service, at);
      },
      say,
    });
    try {
      const ready = (async () => {
        fleet.keep(bus);
        await healthy(bus, patience, fleet.stopping);
        for (const plan of services) fleet.keep(plan);
        await Promise.all(services.map((plan) => healthy(plan, patience, fleet.stopping)));
        if (demoUsers !== undefined) await settle(bank, demoUsers);
        const settled =
          options.auth === 'on' ? await settleOperators(bank, folder, namesBeside(demoUsers, operators)) : [];
        if (options.populate)
          await populate(bank, seededRandom(POPULATE_SEED), POPULATE_PLAN, () => undefined);
        const { processes } = fleet;
        const front = fleet.keep(gateway);
        serveControl(front, { processes: () => processes, filling: new Filling(bank), past });
        await healthy(gateway, patience, fleet.stopping);
        return settled;
      })();
      // When the system is stopped before it is ready, nobody waits for it any more.
      ready.catch(() => undefined);
      const settled = await Promise.race([ready, stop.asked.then(() => undefined)]);
      if (settled !== undefined) {
        const seconds = (performance.now() - startedAt) / 1000;
        print(welcome({ gateway, bus, services, demoUsers, operators: settled, seconds }));
        if (options.auth === 'off') print(OPEN_DOORS);
        await stop.asked;
      }
      print('\nStopping …');
    } catch (error) {
      throw new CommandFailure(error instanceof Error ? error.message : String(error));
    } finally {
      await Promise.all([fleet.stop(), past.stop()]);
    }
    print(`Stopped. What was kept is in ${data}.`);
  },
});

/** The users of a demonstration have their passwords already. */
function namesBeside(
  demoUsers: readonly DemoUser[] | undefined,
  names: readonly string[],
): readonly string[] {
  return names.filter((name) => !demoUsers?.some(({ username }) => username === name));
}

/** A port that somebody else listens on is told before anything is started. */
async function refuseIfTaken(places: readonly Place[]): Promise<void> {
  for (const { name, url } of places) {
    const taken = await fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
      () => true,
      () => false,
    );
    if (taken)
      throw new CommandFailure(
        `${url} is already in use, but ${name} wants to listen there. Is Autokrator running already? Another place: --port-offset 100.`,
      );
  }
}

/** A system in the same folder may listen at other ports. */
async function forgetUnlessInUse(folder: string): Promise<void> {
  await forget(folder).catch((error: unknown) => {
    if (!(error instanceof DirectoryInUse)) throw error;
    throw new CommandFailure(
      `Nothing was deleted: ${error.message}. Stop the system that runs there first, or choose another folder: --data.`,
    );
  });
}

interface Welcome {
  readonly gateway: ProcessPlan;
  readonly bus: ProcessPlan;
  readonly services: readonly ProcessPlan[];
  readonly demoUsers: readonly DemoUser[] | undefined;
  readonly operators: readonly Operator[];
  readonly seconds: number;
}

function welcome({ gateway, bus, services, demoUsers, operators, seconds }: Welcome): string {
  const row = ({ name, url }: Place) => `  ${name.padEnd(16)}${url}`;
  const people = (demoUsers ?? []).map(
    ({ username, password, operator }) =>
      `  ${username.padEnd(16)}${password}${operator ? `   (sees the observatory, ${gateway.url}/observatory)` : ''}`,
  );
  return `
Autokrator is running (after ${seconds.toFixed(1)} s). Open

  ${gateway.url}
${people.length === 0 ? '' : `\nand sign in as\n\n${people.join('\n')}\n`}${operators.length === 0 ? '' : `\nOperators\n\n${operators.map(operatorLine).join('\n')}\n`}
Behind it:

${[bus, ...services].map(row).join('\n')}

Ctrl-C stops everything.`;
}

function operatorLine({ username, passwordFile }: Operator): string {
  const from =
    passwordFile === undefined
      ? 'registered before, with a password of their own'
      : `password: ${passwordFile}`;
  return `  ${username.padEnd(16)}${from}`;
}

function say(name: string, line: string): void {
  process.stderr.write(`[${name}] ${logLine(line)}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await runCommandLine([start], { version: packageVersion() });
