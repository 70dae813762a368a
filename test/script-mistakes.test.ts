/** Mistakes in handlers, over the real bus, VM and engine: the caller gets an error id, the log has file and line, the service goes on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningBus, startBus } from '../bus/server/server.js';
import { createEventStore } from '../bus/store/registry.js';
import { createLogger } from '../common/log.js';
import { type RunningService, startService } from '../runtime/service/service.js';
import { until } from './support/until.js';

const SCRIPT = `bus:register("mistakes")
local function route(name, handler) bus:route("GET", "/" .. name, handler) end
route("loop", function() while true do end end)
route("stubborn-loop", function() while true do pcall(function() while true do end end) end end)
local function deeper(n) return 1 + deeper(n) end
route("recursion", function() return HTTP_OK, deeper(1) end)
route("string", function() local s = "x" while true do s = s .. s end end)
route("global", function() counter = 1 end)
route("library", function() return HTTP_OK, os.execute("ls") end)
route("fraction", function() bus:send{ type = "Paid", key = "k", data = { amount = 0/0 } } end)
route("function", function() return HTTP_OK, { nested = { route } } end)
route("status", function() return "fine" end)
route("good", function() return HTTP_OK, "good" end)
`;

let folder: string;
let bus: RunningBus;
let service: RunningService;
let lines: { errorId?: string; error?: { message?: string } }[];

beforeAll(async () => {
  lines = [];
  folder = await mkdtemp(join(tmpdir(), 'mistakes-'));
  await writeFile(join(folder, 'mistakes.lua'), SCRIPT);
  bus = await startBus({ host: '127.0.0.1', port: 0, store: await createEventStore('memory') });
  service = await startService({
    script: join(folder, 'mistakes.lua'),
    bind: { host: '127.0.0.1', port: 0 },
    server: bus.address,
    state: 'memory',
    log: createLogger({
      name: 'mistakes',
      level: 'error',
      pretty: false,
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    }),
  });
  await until(() => service.state().kind === 'live');
});

afterAll(async () => {
  await service.stop();
  await bus.stop();
  await rm(folder, { recursive: true });
});

async function call(name: string) {
  const { host, port } = service.address;
  const answer = await fetch(`http://${host}:${port}/${name}`);
  return { status: answer.status, body: (await answer.json()) as { error: string; error_id: string } };
}

test.each([
  ['loop', /^mistakes\.lua:3: /],
  ['stubborn-loop', /^mistakes\.lua:4: /],
  ['recursion', /^mistakes\.lua:5: .*stack overflow/],
  ['string', /^mistakes\.lua:7: /],
  ['global', /^mistakes\.lua:8: .*counter/],
  ['library', /^mistakes\.lua:9: os\.execute is not available/],
  ['fraction', /^mistakes\.lua:10: .*\.amount/],
  ['function', /\.nested\[1\]/],
  ['status', /^mistakes\.lua:12: the route GET \/status must return/],
])('%s', async (name, message) => {
  const { status, body } = await call(name);
  expect([status, body.error]).toEqual([500, 'handler_failed']);
  expect(JSON.stringify(body)).not.toContain('mistakes.lua');
  const line = lines.find(({ errorId }) => errorId === body.error_id);
  expect(line?.error?.message).toMatch(message);
  expect(await call('good')).toEqual({ status: 200, body: 'good' });
});
