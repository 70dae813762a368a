import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestBus } from '../testing/test-bus.js';

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start();
});
afterEach(() => bus.stop());

/** The lines of a stream, one at a time. */
async function* lines(
  query: string,
  signal: AbortSignal,
): AsyncGenerator<{ position: string; event_type: string }> {
  const answer = await fetch(`http://127.0.0.1:${bus.running.port}/events/stream${query}`, { signal });
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  let rest = '';
  for await (const bytes of answer.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + bytes).split('\n');
    rest = parts.pop()!;
    for (const part of parts) if (part !== '') yield JSON.parse(part);
  }
}

async function positions(
  query: string,
  count: number,
  meanwhile?: (line: number) => Promise<void>,
): Promise<number[]> {
  const stop = new AbortController();
  const found: number[] = [];
  for await (const { position } of lines(query, stop.signal)) {
    found.push(Number(position));
    await meanwhile?.(found.length);
    if (found.length === count) break;
  }
  stop.abort();
  return found;
}

it('begins behind its cursor, and goes on with what is kept from then on', async () => {
  const client = await bus.connect();
  for (const key of ['a', 'b', 'c']) await client.publish('T', key);
  const seen = await positions('?after=1', 4, async (line) => {
    if (line === 2) for (const key of ['d', 'e']) await client.publish('T', key);
  });
  expect(seen).toEqual([2, 3, 4, 5]);
});

it('shows only the types that are asked for', async () => {
  const client = await bus.connect();
  for (const type of ['A', 'B', 'A', 'B']) await client.publish(type, 'k');
  expect(await positions('?after=0&event_types=B', 2)).toEqual([2, 4]);
});

it.each([
  ['?after=17', 'beyond'],
  ['?after=x', 'cursor'],
  ['?keys=a', 'keys'],
])('refuses %s', async (query, problem) => {
  const { status, body } = await bus.get(`/events/stream${query}`);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(problem);
});

it('ends when the bus stops, and does not keep it from stopping', async () => {
  const answer = await fetch(`http://127.0.0.1:${bus.running.port}/events/stream`);
  await bus.running.stop();
  expect(await answer.text().catch(() => '')).toBe('');
});
