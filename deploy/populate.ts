/** `npm run populate`: fills the bank with random users and money, then checks the books. */
import cliProgress from 'cli-progress';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { wholeNumber } from '../common/option-parsers.js';
import { packageVersion } from '../common/package-version.js';
import { seededRandom } from '../common/random.js';
import { BUS_PORT } from './layout.js';
import { type Addresses, Bank } from './populate/bank.js';
import { type Progress, populate, type Report } from './populate/populate.js';
import { readTokens } from './rights.js';

const COUNT_MAX = 100_000;
const count = (fallback: number, describe: string) =>
  ({ default: String(fallback), parse: wholeNumber(1, COUNT_MAX), describe }) as const;

const run = command('npm run populate --', {
  describe: 'fills the bank with random users, accounts and money, and checks the books',
  options: {
    minUsers: count(1, 'users, at least'),
    maxUsers: count(10, 'users, at most'),
    minAccounts: count(1, 'accounts per user, at least'),
    maxAccounts: count(5, 'accounts per user, at most'),
    minOperations: count(2, 'operations per account, at least'),
    maxOperations: count(10, 'operations per account, at most'),
    seed: {
      parse: wholeNumber(0),
      describe: 'the same seed draws the same users and operations; any if absent',
    },
    rate: { default: '0', parse: wholeNumber(0), describe: 'operations per second, 0 = as fast as it goes' },
    concurrency: count(50, 'operations under way at once'),
    bus: {
      default: `http://localhost:${BUS_PORT}`,
      describe: 'where the bus tells which services are running',
    },
    operatorToken: { describe: 'what lets an operator ask the bus; else that of the data folder' },
    data: { default: './data', describe: 'folder of the system, for its operators’ token' },
  },
  async run(options) {
    for (const [min, max, name] of [
      [options.minUsers, options.maxUsers, 'users'],
      [options.minAccounts, options.maxAccounts, 'accounts'],
      [options.minOperations, options.maxOperations, 'operations'],
    ] as const)
      if (min > max) throw new CommandFailure(`--min-${name} ${min} is above --max-${name} ${max}.`);

    const seed = options.seed ?? Math.floor(performance.timeOrigin);
    const bank = new Bank(
      await discover(options.bus, options.operatorToken ?? (await tokenIn(options.data))),
    );
    const display = new Display();
    const plan = {
      users: { min: options.minUsers, max: options.maxUsers },
      accounts: { min: options.minAccounts, max: options.maxAccounts },
      operations: { min: options.minOperations, max: options.maxOperations },
      rate: options.rate,
      concurrency: options.concurrency,
    };
    const report = await populate(bank, seededRandom(seed), plan, display.show)
      .catch((error: Error) => {
        throw new CommandFailure(error.message);
      })
      .finally(() => display.stop());
    process.stdout.write(`${summary(seed, report)}\n`);
    if (report.books.faults.length > 0)
      throw new CommandFailure(`The books do not balance:\n  ${report.books.faults.join('\n  ')}`);
  },
});

/** Undefined where there is no rights file: the bus may be open. */
async function tokenIn(data: string): Promise<string | undefined> {
  return readTokens(data).then(
    ({ operator }) => operator,
    () => undefined,
  );
}

/** The healthy instances of every service, as the bus knows them. */
async function discover(bus: string, token: string | undefined): Promise<Addresses> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${bus}/services`, { headers }).catch(() => {
    throw new CommandFailure(`There is no bus at ${bus}. Is the system running (npm start)?`);
  });
  if (answer.status === 401)
    throw new CommandFailure(
      `The bus at ${bus} wants its operators’ token: --operator-token, or --data with the system’s folder.`,
    );
  const { services } = (await answer.json()) as {
    services: { client_type: string; instances: { http_address?: string }[] }[];
  };
  return Object.fromEntries(
    services.map(({ client_type, instances }) => [
      client_type,
      instances.flatMap(({ http_address }) => (http_address === undefined ? [] : [`http://${http_address}`])),
    ]),
  );
}

function summary(seed: number, report: Report): string {
  const operations =
    report.deposits + report.withdrawals + report.withdrawalsRefused + report.accepted + report.rejected;
  const pounds = (pence: number) => `£${(pence / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`;
  return `Seed ${seed}: ${report.users} users, ${report.accounts} accounts.
${operations} operations in ${report.seconds.toFixed(2)} s (${Math.round(operations / report.seconds)}/s): ${report.deposits} deposits, ${report.withdrawals} withdrawals (${report.withdrawalsRefused} refused), ${report.accepted} transfers accepted, ${report.rejected} rejected.
The books: ${report.books.accounts} accounts hold ${pounds(report.books.balances)}, of which ${pounds(report.books.refunds)} are loyalty refunds. ${report.books.faults.length === 0 ? 'They balance.' : 'They do not balance.'}`;
}

/** A bar per stage on a terminal, nothing elsewhere. */
class Display {
  #stage: string | undefined;
  #bar: cliProgress.SingleBar | undefined;

  readonly show: Progress = (stage, done, total) => {
    if (process.stderr.isTTY !== true) return;
    if (stage !== this.#stage) {
      this.stop();
      this.#stage = stage;
      this.#bar = new cliProgress.SingleBar({
        format: `${stage.padEnd(12)}{bar} {value}/{total}`,
        stream: process.stderr,
        hideCursor: true,
      });
      this.#bar.start(total, 0);
    }
    this.#bar?.update(done);
  };

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

process.exitCode = await runCommandLine([run], { version: packageVersion() });
