import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBus, startBus } from '../bus/server/server.js';
import { createEventStore } from '../bus/store/registry.js';
import { until } from '../test/support/until.js';

/** The compiled entry: `npm test` compiles before it runs the tests. */
const CLI = join(import.meta.dirname, '../dist/runtime/cli.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'superclient-'));
  mkdirSync(join(folder, 'lib'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function superclient(...args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    timeout: 25_000,
  });
  return { code: status, out: stdout, err: stderr };
}

function check(lua: string): { code: number | null; out: string; err: string } {
  writeFileSync(join(folder, 'bank.lua'), lua);
  return superclient('bank.lua', '--check', '-l', 'error');
}

describe('--check', () => {
  test('lists what a script declares', () => {
    writeFileSync(join(folder, 'lib/money.lua'), 'return { zero = 0 }');
    const { code, out, err } = check(`
      local money = require("lib.money")
      bus:register("bank")
      bus:projection("Paid", function(event) end)
      bus:add_event_listener("Asked", function() end)
      bus:add_route("/account/{id}", "get", function() return HTTP_OK, money.zero end)
    `);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.replace(/version \w+/, 'version V').split('\n')).toEqual([
      'bank.lua is the service bank, version V.',
      'Events:',
      '  Paid   projection',
      '  Asked  listener',
      'Routes:',
      '  GET  /account/{id}',
      '',
    ]);
  });

  test('the version changes with the script and with what it requires', () => {
    const version = (lua: string) => /version (\w+)/.exec(check(lua).out)?.[1];
    const script = 'bus:register("bank") require("lib.money")';
    const first = version(script);
    expect(first).toMatch(/^\w{12}$/);
    expect(version(script)).toBe(first);
    expect(version(`${script} `)).not.toBe(first);
    writeFileSync(join(folder, 'lib/money.lua'), 'return { zero = 1 }');
    expect(version(script)).not.toBe(first);
  });
});

describe('a mistake in a script ends in one message with file and line, and exit code 1', () => {
  test.each<[string, string, RegExp]>([
    ['a syntax error', 'bus:register("bank")\nlocal x = = 1', /bank\.lua:2:/],
    ['a runtime error', 'bus:register("bank")\nlocal x = nil\nx.y = 1', /bank\.lua:3:/],
    ['an endless loop', 'bus:register("bank")\nwhile true do end', /bank\.lua:2:.*(instructions|time)/],
    [
      'an endless loop inside pcall',
      'bus:register("bank")\nwhile true do\n  pcall(function() while true do end end)\nend',
      /bank\.lua:3:.*(instructions|time)/,
    ],
    ['unbounded recursion', 'local function f()\n  return 1 + f()\nend\nf()', /bank\.lua:2:/],
    ['a huge string', 'local s = "x"\nfor i = 1, 40 do\n  s = s .. s\nend', /bank\.lua:3:/],
    ['a forbidden library', 'bus:register("bank")\nlocal f = io.open("x")', /bank\.lua:2:.*io/],
    ['a module outside the folder', 'require("..secret")', /bank\.lua:1:/],
    [
      'a wrong argument',
      'bus:register("bank")\nbus:projection("Paid")',
      /bank\.lua:2:.*bus:projection: handler must be a function; got nil/,
    ],
    [
      'state at the top level',
      'bus:register("bank")\nredis:set("k", 1)',
      /bank\.lua:2:.*redis:set works in handlers only/,
    ],
    [
      'sending at the top level',
      'bus:register("bank")\nbus:send("A", "k", true, nil, {})',
      /bank\.lua:2:.*bus:send works in handlers only/,
    ],
    [
      'both styles for one type',
      'bus:register("bank")\nbus:projection("Paid", print)\nbus:add_event_listener("Paid", function() end)',
      /bank\.lua:3:.*Paid has a projection already/,
    ],
    [
      'the health check as a route',
      'bus:register("bank")\nbus:route("GET", "/health_check", function() end)',
      /bank\.lua:2:.*belongs to the host/,
    ],
    ['no registration', 'local x = 1', /bank\.lua: the script never calls bus:register/],
  ])('%s', (_, lua, message) => {
    const { code, out, err } = check(lua);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\.(js|ts):\d+/);
    expect([code, out]).toEqual([1, '']);
  });

  test('a script that is not there', () => {
    const { code, err } = superclient('--script', 'nowhere.lua');
    expect([code, err]).toEqual([1, 'superclient: Cannot read the script nowhere.lua.\n']);
  });
});

describe('options', () => {
  test.each([
    [['bank.lua', '--verbose'], /verbose/],
    [[], /--script: is missing/],
    [['bank.lua', '--bind', 'here'], /--bind: must be an address with a port/],
    [['bank.lua', '--server', 'http://x'], /--server: must be the address of a bus/],
    [['bank.lua', '--redis', 'localhost'], /--redis: must be the address of a Redis server/],
    [['bank.lua', '--log-level', 'loud'], /loud/],
    [['bank.lua', '--store', 'paper:x'], /paper/],
  ])('%j is refused', (args, message) => {
    writeFileSync(join(folder, 'bank.lua'), 'bus:register("bank")');
    const { code, err } = superclient(...args);
    expect(err).toMatch(message);
    expect(code).not.toBe(0);
  });

  test('--store and --redis exclude each other', () => {
    const { code, err } = superclient('bank.lua', '--store', 'memory', '--redis', 'redis://localhost');
    expect([code, err]).toEqual([1, expect.stringContaining('--store and --redis name two places')]);
  });
});

test('a port that is taken is told in one line', async () => {
  writeFileSync(join(folder, 'bank.lua'), 'bus:register("bank")');
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = taken.address() as { port: number };
    const { code, err } = superclient(
      'bank.lua',
      '-b',
      `127.0.0.1:${port}`,
      '--store',
      'memory',
      '-l',
      'error',
    );
    expect([code, err]).toEqual([
      1,
      `superclient: Cannot listen on 127.0.0.1:${port}: another process listens there already.\n`,
    ]);
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});

describe('stopping', () => {
  const children: ChildProcess[] = [];
  let bus: RunningBus;
  beforeAll(async () => {
    bus = await startBus({ host: '127.0.0.1', port: 0, store: await createEventStore('memory') });
  });
  afterAll(() => bus.stop());
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** A service that is live. Its route `GET /slow` says so when it begins, and hashes `?times` passwords. */
  async function liveService() {
    writeFileSync(
      join(folder, 'slow.lua'),
      `bus:register("slow")
      bus:route("GET", "/slow", function(request)
        log:info("slow begins")
        for i = 1, tonumber(request.query.times) do auth:hash_password("x") end
        return HTTP_OK, "done"
      end)`,
    );
    const args = [CLI, 'slow.lua', '-b', '127.0.0.1:0', '-s', bus.address, '--store', 'memory'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    children.push(child);
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const lines: { msg: string; address?: string }[] = [];
    createInterface({ input: child.stderr! }).on('line', (line) => lines.push(JSON.parse(line)));
    const address = await until(() => lines.find((line) => line.address !== undefined)?.address);
    const url = `http://${address}`;
    await until(async () => (await fetch(`${url}/health_check`)).status === 200);
    return { child, url, exit, said: (text: string) => lines.some(({ msg }) => msg === text) };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the service with exit code 0', async (signal) => {
    const { child, exit } = await liveService();
    child.kill(signal);
    expect(await exit).toBe(0);
  });

  test('a request that is under way is answered first', async () => {
    const { child, url, exit, said } = await liveService();
    const answer = fetch(`${url}/slow?times=10`);
    await until(() => said('slow begins'));
    child.kill('SIGTERM');
    expect(await (await answer).json()).toBe('done');
    expect(await exit).toBe(0);
  });

  test('a second signal ends it at once, whatever is under way', async () => {
    const { child, url, exit, said } = await liveService();
    const answer = fetch(`${url}/slow?times=100`).catch(() => 'cut off');
    await until(() => said('slow begins'));
    child.kill('SIGTERM');
    await until(() => said('stopping'));
    // Half a second long it would be the same request, heard twice.
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.kill('SIGTERM');
    expect([await exit, await answer]).toEqual([130, 'cut off']);
  });

  test('the end of the supervisor that started it ends it too', async () => {
    const { child, exit } = await liveService();
    child.disconnect();
    expect(await exit).toBe(0);
  });
});
