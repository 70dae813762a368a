/** `npm start`: the bus and the bank's services, from nothing to healthy, until somebody stops it. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { parseDuration, wholeNumber } from '../common/option-parsers.js';
import { logLevel } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import { listenForStop } from '../common/stop-request.js';
import { type ProcessPlan, planBus, planServices } from './layout.js';
import { logLine } from './log-line.js';
import { provideRights, rightsPath } from './rights.js';
import { healthy, type Supervised, supervise } from './supervisor.js';

const INSTANCES_MAX = 10;
const PORT_OFFSET_MAX = 50_000;
const EXIT_FORCED = 130;

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
    logLevel: { ...logLevel, default: 'warn' },
  },
  async run({ instances, data, fresh, redis, portOffset, patience, logLevel: level }) {
    const startedAt = performance.now();
    const folder = resolve(data);
    const stop = listenForStop(() => process.exit(EXIT_FORCED));
    if (fresh) await forget(folder);
    const tokens = await provideRights(folder).catch((error: Error) => {
      throw new CommandFailure(`${rightsPath(folder)}: ${error.message}`);
    });
    const layout = { data: folder, instances, portOffset, redis, logLevel: level, tokens };
    const bus = planBus(layout);
    const services = planServices(layout);
    await refuseIfTaken([bus, ...services]);

    const running: Supervised[] = [];
    try {
      const ready = (async () => {
        running.push(supervise(bus, say, { restart: true }));
        await healthy(bus, patience);
        for (const plan of services) running.push(supervise(plan, say, { restart: true }));
        await Promise.all(services.map((plan) => healthy(plan, patience)));
      })();
      const stopped = await Promise.race([ready.then(() => false), stop.asked.then(() => true)]);
      if (!stopped) {
        print(welcome(bus, services, (performance.now() - startedAt) / 1000));
        await stop.asked;
      }
      ready.catch(() => undefined);
      print('\nStopping …');
    } catch (error) {
      throw new CommandFailure(error instanceof Error ? error.message : String(error));
    } finally {
      const [first, ...others] = running;
      await Promise.all(others.map((process) => process.stop()));
      await first?.stop();
    }
    print(`Stopped. What was kept is in ${data}.`);
  },
});

/** A port that somebody else listens on is told before anything is started. */
async function refuseIfTaken(plans: readonly ProcessPlan[]): Promise<void> {
  for (const { name, url } of plans) {
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

/** Deletes what Autokrator keeps below the folder, and nothing else that may be there. */
async function forget(data: string): Promise<void> {
  for (const part of ['log', 'state'])
    if (existsSync(`${data}/${part}`)) await rm(`${data}/${part}`, { recursive: true });
}

function welcome(bus: ProcessPlan, services: readonly ProcessPlan[], seconds: number): string {
  const port = (name: string) => new URL(services.find((plan) => plan.name === name)!.url).port;
  const json = "-H 'content-type: application/json' -d";
  return `
Autokrator is running (after ${seconds.toFixed(1)} s).

  ${'event bus'.padEnd(16)}${bus.url}   (events: /events, services: /services)
${services.map(({ name, url }) => `  ${name.padEnd(16)}${url}`).join('\n')}

Try: a user with two accounts, a deposit, a transfer (on a fresh system the accounts are 1 and 2)

  curl localhost:${port('users')}/user ${json} '{"username":"ada"}' --next -X POST localhost:${port('users')}/user/ada --next -X POST localhost:${port('users')}/user/ada
  curl localhost:${port('accounts')}/account/1/deposit ${json} '{"amount":100000}'
  curl localhost:${port('transactions')}/createTransaction ${json} '{"fromAccountId":1,"toAccountId":2,"amount":30000}' --next localhost:${port('accounts')}/account/2/statement

Ctrl-C stops everything.`;
}

function say(name: string, line: string): void {
  process.stderr.write(`[${name}] ${logLine(line)}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await runCommandLine([start], { version: packageVersion() });
