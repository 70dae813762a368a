import type { CrashOptions, CrashReport } from './crash.js';

/** Most faults that are printed; the first ones usually explain the others. */
const FAULTS_SHOWN = 10;

/** The command that does the same again: the same load and the same faults; what meets what is up to the machine. */
export function replayCommand({
  seed,
  kills,
  transfers,
  instances,
  state,
  rate,
  concurrency,
}: CrashOptions): string {
  return `npm run crash -- --seed ${seed} --kills ${kills} --transfers ${transfers} --instances ${instances} --state ${state} --rate ${rate} --concurrency ${concurrency}`;
}

/** For people: one line if nothing is wrong, else everything that helps to find out why. */
export function describe(options: CrashOptions, report: CrashReport): string {
  const { faults, happened, commands, events, seconds, data } = report;
  const name = `seed ${options.seed}, ${options.instances} instance(s), ${options.state} state`;
  const size = `${happened.length} faults, ${commands} commands, ${events} events, ${seconds.toFixed(0)} s`;
  if (faults.length === 0) return `${name}: ${size}: every promise was kept`;
  const times = happened.map(
    ({ fault, from, to }) =>
      `${(from / 1000).toFixed(1).padStart(8)} s to ${to === undefined ? '?' : (to / 1000).toFixed(1)} s  ${fault}`,
  );
  return `${name}: ${size}: ${faults.length} thing(s) wrong
Again:  ${replayCommand(options)}
Kept:   ${data}
What was done:
${times.join('\n')}
What is wrong:
${faults
  .slice(0, FAULTS_SHOWN)
  .map((fault) => `  ${fault}`)
  .join('\n')}${faults.length > FAULTS_SHOWN ? `\n  … and ${faults.length - FAULTS_SHOWN} more` : ''}`;
}
