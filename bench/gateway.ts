import { setTimeout as pause } from 'node:timers/promises';
import { command } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { onStage, type Stage, type Started } from './harness/processes.js';
import { publishReport } from './harness/report.js';
import { alternate, medianRatio, withSpread } from './harness/statistics.js';
import { processorSeconds, startBus, startService } from './harness/subjects.js';
import { eventsPerSecond } from './load/jobs.js';
import { BENCH_OPTIONS } from './options.js';

const OPENING_LOOK_MS = 20;

interface Served {
  readonly requestsPerSecond: number;
  readonly serverMicros: number;
}

export const gateway = command('bench gateway', {
  describe: 'a read of an account through the gateway, beside the same read at the service itself',
  options: {
    ...BENCH_OPTIONS,
    requests: { describe: 'in each run', default: '10000', parse: wholeNumber(100) },
    connections: { describe: 'at once', default: '32', parse: wholeNumber(1) },
  },
  async run({ rounds, record, requests, connections }) {
    const outcomes = await onStage(async (stage) => {
      const bus = await startBus(stage);
      const store = `embedded:${await stage.folder()}`;
      const users = await startService(stage, 'scripts/users.lua', bus, store);
      const accounts = await startService(stage, 'scripts/accounts.lua', bus, store);
      await openAccount(users, accounts);
      const face = await startGateway(stage, { users, accounts });
      const measure = (server: Started, path: string) => () =>
        served(stage, server, path, requests, connections);
      const subjects = {
        gateway: measure(face, '/api/accounts/1?x-user=ada'),
        service: measure(accounts, '/account/1/statement?last=1'),
      };
      // What has just been loaded is half as fast as what has been compiled.
      await alternate(1, subjects);
      return alternate(rounds, subjects);
    });
    const rates = (name: string): number[] =>
      outcomes[name]!.map(({ requestsPerSecond }) => requestsPerSecond);
    publishReport(
      {
        bench: 'gateway',
        conditions: [
          `The balance of an account with one entry, ${requests} requests over ${connections} connections.`,
          'The gateway checks whose the account is. Processor time is that of the process that is asked. One round before is not counted.',
        ],
        columns: ['asked', 'requests/s', 'server µs/request', '× of the service'],
        rows: Object.entries(outcomes).map(([name, runs]) => [
          name,
          withSpread(rates(name)),
          withSpread(
            runs.map(({ serverMicros }) => serverMicros),
            1,
          ),
          medianRatio(rates(name), rates('service')).toFixed(2),
        ]),
        remarks: ['Aim: 0.5 of the service.'],
        numbers: { requests, connections, outcomes },
      },
      record,
    );
  },
});

/** A user with account 1 and one entry on it. */
async function openAccount(users: Started, accounts: Started): Promise<void> {
  await post(`${users.address}/user`, { username: 'ada' });
  await post(`${users.address}/user/ada`, {});
  while ((await fetch(`${accounts.address}/account/1`)).status !== 200) await pause(OPENING_LOOK_MS);
  await post(`${accounts.address}/account/1/deposit`, { amount: 1000 });
}

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
}

function startGateway(stage: Stage, services: Readonly<Record<string, Started>>): Promise<Started> {
  const list = Object.entries(services).map(([type, { address }]) => `${type}=${address}`);
  const args = ['-b', '127.0.0.1:0', '--services', list.join(','), '--auth', 'off', '--request-rate', '0'];
  return stage.node('gateway/cli.js', args, /listens at (http:\/\/[\d.:]+)/);
}

async function served(
  stage: Stage,
  server: Started,
  path: string,
  requests: number,
  connections: number,
): Promise<Served> {
  const load = await stage.load({ kind: 'http', address: server.address, path, connections, requests });
  const before = processorSeconds(server);
  load.go();
  const requestsPerSecond = eventsPerSecond(requests, await load.result);
  return { requestsPerSecond, serverMicros: ((processorSeconds(server) - before) / requests) * 1e6 };
}
