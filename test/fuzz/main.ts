/** `npm run fuzz`: wrong input of every kind, from a seed. What it finds it prints with the command that does it again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CommandFailure, command, runCommandLine } from '../../common/command-line.js';
import { wholeNumber } from '../../common/option-parsers.js';
import { packageVersion } from '../../common/package-version.js';
import { type Finding, fuzz, replayCommand } from './run.js';
import { TARGETS } from './targets.js';

/** Inputs of one target between two starts of what is fuzzed: a finding names the inputs since then at most. */
const INPUTS_PER_RUN = 20_000;
/** A process that fuzzes and says nothing for so long hangs: no input may take that. */
const SILENT_MS_MAX = 120_000;

/** A line each so many inputs. */
const PROGRESS_EVERY = 1000;

const names = Object.keys(TARGETS);

const run = command('npm run fuzz --', {
  describe: 'sends wrong input of every kind to every part that takes input, and watches those beside it',
  options: {
    inputs: {
      default: '20000',
      parse: wholeNumber(1),
      describe: 'in all; or of the one target, if one is named',
    },
    seed: { default: '1', parse: wholeNumber(0), describe: 'the same seed makes the same inputs' },
    target: { choices: names, describe: 'only this one' },
    first: { default: '0', parse: wholeNumber(0), describe: 'number of the first input of the target' },
  },
  async run({ inputs, seed, target, first }) {
    if (target !== undefined) {
      await fuzzHere(target, { seed, first, inputs });
      return;
    }
    const shares = Object.values(TARGETS).reduce((sum, { share }) => sum + share, 0);
    let failed = 0;
    for (const { name, share } of Object.values(TARGETS))
      if (!(await fuzzApart(name, seed, Math.ceil((inputs * share) / shares)))) failed += 1;
    if (failed > 0) throw new CommandFailure(`${failed} of ${names.length} targets broke a promise`);
  },
});

async function fuzzHere(
  name: string,
  { seed, first, inputs }: { seed: number; first: number; inputs: number },
): Promise<void> {
  const begun = performance.now();
  for (let done = 0; done < inputs; done += INPUTS_PER_RUN) {
    const finding = await fuzz(TARGETS[name]!, {
      seed,
      first: first + done,
      inputs: Math.min(INPUTS_PER_RUN, inputs - done),
      progress: (count) => {
        if (count % PROGRESS_EVERY === 0) process.stderr.write(`${name}: ${done + count}\n`);
      },
    });
    if (finding !== undefined) throw new CommandFailure(described(finding));
  }
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(
    `${name}: ${inputs} inputs from seed ${seed}, ${Math.round(seconds)} s: every promise was kept\n`,
  );
}

/** In a process of its own, which may crash or hang. @returns whether every promise was kept */
async function fuzzApart(name: string, seed: number, inputs: number): Promise<boolean> {
  const args = ['--target', name, '--seed', `${seed}`, '--inputs', `${inputs}`];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let silent: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(silent);
    silent = setTimeout(() => {
      process.stderr.write(`${name}: hangs\n`);
      child.kill('SIGKILL');
    }, SILENT_MS_MAX);
  };
  heard();
  child.stderr.on('data', (data) => {
    heard();
    process.stderr.write(data);
  });
  const [code, signal] = await once(child, 'exit');
  clearTimeout(silent);
  if (signal !== null)
    process.stderr.write(
      `${name}: ended by ${signal}, behind the last number above; npm run fuzz -- ${args.join(' ')}\n`,
    );
  return code === 0;
}

function described(finding: Finding): string {
  const input =
    finding.input === undefined
      ? ''
      : `\nsmallest input: ${JSON.stringify(finding.input.toString('latin1'))}`;
  return `${finding.target}: ${finding.what}${input}\nagain: ${replayCommand(finding)}`;
}

process.exitCode = await runCommandLine([run], { version: packageVersion() });
