/**
 * The README's commands, run as a reader would run them: the same text, in the same order, in a shell. Only the ports are moved
 * and the data folder is another one, so that a system that is running already is left alone.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/until.js';

const PORT_OFFSET = 18_000;
const PORTS = [8081, 5000, 5003, 5004, 5005, 5006, 5010, 5011];

const readme = await readFile('README.md', 'utf8');

/** The code blocks of a language below a heading. */
function blocks(language: string, heading: string): string[] {
  const section = readme.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`The README has no section "${heading}".`);
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code!,
  );
}

/** Its own process group, so that it can be stopped as Ctrl-C in a terminal does it. */
const start = (program: string, args: readonly string[]) => spawn(program, args, { detached: true });

async function interrupt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid!, 'SIGINT');
  await ended;
}

describe('the README', () => {
  let folder: string;
  let system: ChildProcess;
  const services: ChildProcess[] = [];
  let output = '';

  const moved = (text: string) =>
    PORTS.reduce(
      (moved, port) => moved.replaceAll(`localhost:${port}`, `localhost:${port + PORT_OFFSET}`),
      text.replaceAll('./data/', `${folder}/`),
    );
  const shell = async (command: string) => (await promisify(execFile)('sh', ['-c', moved(command)])).stdout;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autokrator-readme-'));
    const [command] = blocks('sh', 'Two commands');
    expect(command).toBe('npm start\n');
    const [program, script] = command!.trim().split(' ');
    system = start(program!, [script!, '--', '--data', folder, '--port-offset', String(PORT_OFFSET)]);
    for (const stream of [system.stdout!, system.stderr!]) stream.on('data', (data) => (output += data));
    await until(() => output.includes('Autokrator is running'), 55_000);
  });

  afterAll(async () => {
    for (const process of [...services, system]) await interrupt(process);
    await rm(folder, { recursive: true, force: true });
    await rm('scripts/spending.lua', { force: true });
  });

  it('moves money with the commands of its section', async () => {
    const answers: string[] = [];
    for (const block of blocks('sh', 'Move money'))
      for (const line of block.split('\n').filter((line) => line.startsWith('curl')))
        await expect
          .poll(async () => {
            const answer = await shell(line);
            // A verdict and its money arrive a moment after the order: a reader is slower than that.
            if (/"pending".*transaction|"accounts":\[\d?\]|"statements":\[\]/.test(answer)) return undefined;
            if (/transaction\/1$/.test(line) && answer.includes('"pending"')) return undefined;
            return answers.push(answer);
          })
          .toBeTypeOf('number');
    const [user, first, second, accounts, deposit, order, transaction, statement, key] = answers.map((text) =>
      JSON.parse(text),
    );
    expect(user).toEqual({ status: 'created' });
    expect([first, second]).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
    expect(accounts).toEqual({ accounts: [5, 6] });
    expect(deposit).toMatchObject({ id: 5 });
    expect(order).toEqual({ transactionId: 1 });
    expect(transaction).toMatchObject({ status: 'accepted', amount: 30_000 });
    expect(statement).toMatchObject({ statements: [{ amount: 30_000, balance: 30_000 }] });
    expect(key).toMatchObject({ key: 'acc-5', head: expect.any(Number) });
  });

  it('populates the bank, and the books balance', async () => {
    const [populate] = blocks('sh', 'Move money').filter((block) => block.includes('populate'));
    expect(populate).toBe('npm run populate\n');
    expect(
      await shell(
        `${populate!.trim()} -- --seed 1 --max-users 2 --bus http://localhost:8081 --data ${folder}`,
      ),
    ).toContain('They balance.');
  });

  it('has a first service that works, with history and a second instance', async () => {
    const [script] = blocks('lua', 'Your first service');
    await writeFile('scripts/spending.lua', script!);
    const [run] = blocks('sh', 'Your first service');
    for (const command of [run!.trim(), run!.trim().replace('5010', '5011')])
      services.push(
        start('sh', [
          '-c',
          `exec ${moved(command)} -s ws://localhost:${8081 + PORT_OFFSET} --store embedded:${folder}/state`,
        ]),
      );
    for (const port of [5010, 5011])
      await expect
        .poll(async () => JSON.parse(await shell(`curl -s localhost:${port}/spent/5`)), { timeout: 20_000 })
        .toMatchObject({ account: '5', spent: expect.any(Number) });
    const { spent } = JSON.parse(await shell('curl -s localhost:5010/spent/5')) as { spent: number };
    expect(spent).toBeGreaterThanOrEqual(30_000);
  });

  it('names only options that exist', async () => {
    const lines = blocks('sh', 'Options')
      .join('')
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) {
      const [, program, flags] =
        /^(npm start|node dist\/\S+(?: (?:verify|export|backup|restore))?)(.*?)(?:#.*)?$/.exec(line) ?? [];
      const help = await shell(`${program === 'npm start' ? 'npm start --' : program} --help`);
      for (const [flag] of flags!.matchAll(/--[a-z-]+/g)) if (flag !== '--') expect(help).toContain(flag);
    }
    for (const verb of ['verify', 'export', `backup ${folder}/backup`])
      expect(await shell(`node dist/bus/cli.js ${verb} --store log:${folder}/log`)).not.toBe('');
    expect(
      await shell(`node dist/bus/cli.js restore ${folder}/backup --store log:${folder}/restored`),
    ).toMatch(/^[1-9]\d* events, last position [1-9]\d*, hash [0-9a-f]{64}\n$/);
  }, 60_000);
});
