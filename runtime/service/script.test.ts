/** Scripts in the real VM, against a context that notes what they do. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../common/log.js';
import { seededRandom } from '../../common/random.js';
import { recordingContext } from '../api/testing/recording-context.js';
import type { TokenPort } from '../api/tokens.js';
import { ScriptError } from '../lua/vm.js';
import { type LoadedScript, loadScript } from './script.js';
import type { EventView, RouteRequest } from './types.js';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const UUID = '0191e0f0-0000-7000-8000-00000000abcd';

const tokens: TokenPort = {
  issue: async (sub, aud, claims) => JSON.stringify({ sub, aud, ...claims }),
  verify: async () => undefined,
  publicKeys: async () => ({ keys: [] }),
};

let folder: string;
let loaded: LoadedScript[];
let lines: { level: string; msg: string; correlation?: string }[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'script-'));
  loaded = [];
  lines = [];
});
afterEach(async () => {
  for (const { vm } of loaded) vm.close();
  await rm(folder, { recursive: true });
});

async function load(lua: string): Promise<LoadedScript> {
  const file = join(folder, 'bank.lua');
  await writeFile(file, lua);
  const log = createLogger({
    name: 'bank',
    level: 'trace',
    pretty: false,
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const script = await loadScript({
    file,
    log,
    clock: { now: () => NOW },
    random: seededRandom(1),
    tokens,
  });
  loaded.push(script);
  return script;
}

const event: EventView = {
  type: 'Paid',
  key: 'acc-1',
  value: 4,
  data: { amount: 9007199254740991, list: [], map: {} },
  correlation: UUID,
  causation: undefined,
  eventId: 'log-7',
  position: '7',
  time: NOW,
  sender: '',
  batchId: undefined,
};

/** Runs the body as the projection of `Paid`; returns what it did. */
async function project(body: string, answers = {}): Promise<unknown[][]> {
  const { model } = await load(`bus:register("bank")\nbus:projection("Paid", function(event)\n${body}\nend)`);
  const { context, calls } = recordingContext(answers);
  await model.types.get('Paid')?.projection?.(context, event);
  return calls;
}

async function answer(body: string, request: Partial<RouteRequest> = {}) {
  const { model } = await load(
    `bus:register("bank")\nbus:route("GET", "/x", function(request)\n${body}\nend)`,
  );
  const { context } = recordingContext();
  return model.routes[0]?.handler(context, {
    method: 'GET',
    path: '/x',
    url: '/x',
    args: {},
    query: {},
    headers: {},
    body: undefined,
    caller: undefined,
    ...request,
  });
}

describe('a handler', () => {
  test('gets its event and hands values on exactly', async () => {
    const calls = await project(`
      redis:set("amount", event.data.amount)
      redis:set("kinds", { list = event.data.list, map = event.data.map })
      redis:push("log", { event.type, event.key, event.value, event.ts, event.time, event.causation == nil })
      bus:send{ type = "Next", key = event.key, data = event.data, correlation = event.correlation }
    `);
    expect(calls).toEqual([
      ['set', 'amount', 9007199254740991, undefined],
      ['set', 'kinds', { list: [], map: {} }, undefined],
      ['push', 'log', ['Paid', 'acc-1', 4, 1767323045, '2026-01-02T03:04:05.678Z', true]],
      ['send', { type: 'Next', key: 'acc-1', data: event.data, correlation: UUID, expect: 'seen' }],
    ]);
  });

  test.each([
    ['at once', 41],
    ['later', Promise.resolve(41)],
  ])('reads a value that is there %s', async (_, value) => {
    expect(await project('redis:set("k", redis:get("k") + 1)', { get: value })).toEqual([
      ['get', 'k'],
      ['set', 'k', 42, undefined],
    ]);
  });

  test('calls the host with a dot as well as with a colon', async () => {
    expect(await project('redis.set("k", 1) redis:set("k", 2)')).toEqual([
      ['set', 'k', 1, undefined],
      ['set', 'k', 2, undefined],
    ]);
  });

  test('can catch what it did wrong in using the host, and reads file and line', async () => {
    const [call] = await project('local ok, message = pcall(redis.get, {})\nredis:set("said", message)');
    expect(call?.[2]).toMatch(/redis:get: key must be a text that is not empty; got a table$/);
  });

  test('fails with file and line where it used the host wrongly', async () => {
    const failure = await project('local x = 1\nbus:send("Paid", nil, true, nil, {})').catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ScriptError);
    expect((failure as ScriptError).message).toBe(
      'bank.lua:4: bus:send: key must be a text that is not empty; got nil',
    );
  });

  test('cannot declare anything', async () => {
    await expect(project('bus:projection("Other", function() end)')).rejects.toThrow(
      /^bank\.lua:3: bus:projection works at the top level of the script only/,
    );
  });

  test('cannot set a global', async () => {
    await expect(project('counter = 1')).rejects.toThrow(/^bank\.lua:3: .*counter/);
  });

  test('goes by its own instant', async () => {
    expect(await project('redis:set("t", { time:now(), time:iso(), os.time() })')).toEqual([
      ['set', 't', [1767323045, '2026-01-02T03:04:05.678Z', 1767323045], undefined],
    ]);
  });

  test('writes to the log with its correlation', async () => {
    await project('log:warn("paid", { a = 1 }, nil)\nprint("x", 2)');
    expect(lines.map(({ level, msg, correlation }) => [level, msg, correlation])).toEqual([
      ['warn', 'paid {"a":1} nil', expect.any(String)],
      ['info', 'x\t2', expect.any(String)],
    ]);
  });
});

describe('a route', () => {
  test('answers with a status by name and any JSON', async () => {
    expect(
      await answer('return HTTP_CREATED, { list = {}, args = request.args, none = request.caller }', {
        args: { id: '5' },
      }),
    ).toEqual({
      status: 201,
      body: { list: [], args: { id: '5' } },
    });
    expect(await answer('return HTTP_NO_CONTENT')).toEqual({ status: 204, body: undefined });
  });

  test('that returns what JSON cannot hold fails and names the place', async () => {
    await expect(answer('return HTTP_OK, { a = { print } }')).rejects.toThrow(/\.a\[1\]/);
  });

  test('hashes and verifies passwords', async () => {
    expect(
      await answer(
        'local h = auth:hash_password("x") return HTTP_OK, { auth:verify_password("x", h), auth:verify_password("y", h) }',
      ),
    ).toEqual({ status: 200, body: [true, false] });
  });
});

test('what replaces an earlier declaration is a warning', async () => {
  await load('bus:register("bank")\nbus:projection("Paid", print)\nbus:projection("Paid", function() end)');
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ['warn', expect.stringMatching(/^bank\.lua:3: this projection of Paid replaces the one declared at /)],
  ]);
});

describe('a resume handler', () => {
  const resume = async (body: string, after = 2) => {
    const { model } = await load(
      `bus:register("bank")\nupdates:resume("account:{id}", function(args, after)\n${body}\nend)`,
    );
    const [declared] = model.resumes ?? [];
    return declared?.handler(recordingContext().context, declared.match('account:7') ?? {}, after);
  };

  test('gets the variables of its topic and the cursor, and gives a page', async () => {
    expect(await resume('return { { cursor = after + 1, data = { id = args.id } } }')).toEqual([
      { cursor: 3, data: { id: '7' } },
    ]);
    expect(await resume('return {}')).toEqual([]);
  });

  test.each([
    ['return nil', /must return a list of \{ cursor =, data = \}: not nil$/],
    ['return { { cursor = 2, data = 1 } }', /above the one before; 2 follows 2$/],
    ['return { { cursor = 4, data = 1 }, { cursor = 3, data = 1 } }', /3 follows 4$/],
    ['return { { data = 1 } }', /nil follows 2$/],
    ['return { { cursor = 3 } }', /the update 3 has no data$/],
    ['return { 7 }', /nil follows 2$/],
  ])('fails with file and line for %s', async (body, message) => {
    await expect(resume(body)).rejects.toThrow(message);
    await expect(resume(body)).rejects.toThrow(/^bank\.lua:2: /);
  });
});
