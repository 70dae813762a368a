/** `npm run crash`: the crash test with real processes, from a seed. */
import { CommandFailure, command, runCommandLine } from '../../common/command-line.js';
import { wholeNumber } from '../../common/option-parsers.js';
import { packageVersion } from '../../common/package-version.js';
import { redisInstalled } from '../support/redis-server.js';
import { type CrashOptions, crash } from './crash.js';
import { describe } from './report.js';

/** as shells report a process that was interrupted */
const EXIT_FORCED = 130;

const run = command('npm run crash --', {
  describe: 'kills, stops and cuts off the processes of the bank under load, and checks the books',
  options: {
    seed: { default: '1', parse: wholeNumber(0), describe: 'the same seed draws the same load and faults' },
    kills: { default: '20', parse: wholeNumber(0), describe: 'faults to inject' },
    transfers: { default: '600', parse: wholeNumber(1), describe: 'transfers to order meanwhile' },
    instances: {
      parse: wholeNumber(1, 10),
      describe: 'of each service; 1 or 3 in turn if absent',
    },
    state: {
      choices: ['embedded', 'redis'],
      describe: 'where services keep their state; both in turn if absent and redis-server is on PATH',
    },
    rate: { default: '40', parse: wholeNumber(1), describe: 'commands per second, at most' },
    concurrency: { default: '16', parse: wholeNumber(1), describe: 'commands under way at once' },
    runs: { default: '1', parse: wholeNumber(1), describe: 'seeds to try, from the given one on' },
  },
  async run({ runs, seed: first, instances, state, ...rest }) {
    const redis = redisInstalled();
    if (state === 'redis' && !redis) throw new CommandFailure('There is no redis-server on PATH.');
    let failed = 0;
    for (let seed = first; seed < first + runs; seed++) {
      const options: CrashOptions = {
        ...rest,
        seed,
        instances: instances ?? (seed % 2 === 0 ? 3 : 1),
        state: state ?? (redis && seed % 4 >= 2 ? 'redis' : 'embedded'),
      };
      const report = await crash(options);
      process.stdout.write(`${describe(options, report)}\n`);
      if (report.faults.length > 0) failed++;
    }
    if (failed > 0) throw new CommandFailure(`${failed} of ${runs} runs found a fault`);
  },
});

// Ends by `exit`, so that what was started is not left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(EXIT_FORCED));

process.exitCode = await runCommandLine([run], { version: packageVersion() });
