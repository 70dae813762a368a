import { isWellFormed } from '../../../runtime/service/engine/host-texts.js';
import { Bench, counting, model, ok } from '../../../runtime/service/engine/testing/bench.js';
import type { RouteHandler } from '../../../runtime/service/types.js';
import { MemoryStore } from '../../../runtime/state/memory/memory-store.js';
import type { Space } from '../../../runtime/state/state-store.js';
import { mutateBytes, pick } from '../mutate.js';
import type { Target } from '../target.js';

const SPACES: readonly Space[] = ['data', 'mark', 'outbox', 'answer', 'meta'];
const KEYS = ['a', 'b', 'c'];
/** of virtual time; an instance tries again after at most a tenth of a second here */
const PATIENCE_MS = 300_000;
const TELLING_TEXTS = [
  '',
  '0',
  '-1',
  '1e5',
  '9007199254740993',
  '0+',
  '5+3',
  'null',
  '{}',
  '[]',
  '[null]',
  '{"sends":5}',
  '{',
  '"x"',
  'NaN',
  'live',
  'emptying',
  '\0',
  '1,2',
  'x'.repeat(3000),
];

/**
 * What a service finds in its state when somebody else has been at it: one text changed, under the service or before its start.
 * Input: which entry, and what stands there now; `keep` bytes of the old text stay in front.
 */
export const state: Target = {
  name: 'state',
  share: 5,
  input(random) {
    const place = Buffer.of(random.int(256), random.int(2));
    return Buffer.concat([
      place,
      random.int(2) === 0
        ? Buffer.from(pick(random, TELLING_TEXTS))
        : mutateBytes(random, Buffer.from('12+14,15'), Buffer.from('{"a":1}')),
    ]);
  },
  open: async () => ({
    try: tryState,
    check: async () => undefined,
    close: async () => undefined,
  }),
};

const remembering: RouteHandler = async (context) => {
  context.set('routes', (((await context.get('routes')) as number | undefined) ?? 0) + 1);
  context.send({ type: 'Called', key: 'a', expect: 'any', data: {}, correlation: undefined });
  return ok;
};

/** @throws Error unless the service ends up right, or says which text is wrong */
async function tryState(input: Buffer): Promise<void> {
  const bench = new Bench();
  await bench.startBus();
  const service = model({
    T: { projection: counting },
    // classic: writes and sends, so that there are entries in the outbox
    Mixed: {
      listener: async (context, event) => {
        await counting(context, event);
        context.send({ type: 'Answered', key: event.key, expect: 'any', data: {}, correlation: undefined });
      },
      rebuild: counting,
    },
    Called: { projection: async () => undefined },
  });
  const before = await bench.start(service);
  for (const key of KEYS) {
    bench.send('T', key);
    bench.send('Mixed', key);
  }
  await bench.drained();
  await bench.route(before, remembering, { key: 'once' });
  bench.send('Mixed', 'a');
  bench.send('T', 'b');
  // in the middle of it
  await bench.time.pass(input[0] === undefined ? 0 : input[0] % 16);
  const restarted = (input[1] ?? 0) === 0;
  if (restarted) before.process.kill();

  const damaged = await damage(bench, input);
  const instance = restarted ? await bench.start(service, false) : before;
  for (const key of KEYS) bench.send('T', key);
  const isRight = (): boolean =>
    instance.engine.state().kind === 'live' &&
    bench.bus.owed('service') === 0 &&
    KEYS.every((key) => Number(bench.text(`count:${key}`)) === handledOf(bench, key));
  const isTold = (): boolean => damaged !== undefined && bench.lines.some((line) => told(line, damaged.key));
  try {
    await bench.time.until(() => isRight() || isTold(), PATIENCE_MS);
  } catch (error) {
    // one right text in the place of another: nobody can know, but it must not stand still
    if (damaged !== undefined && isRightText(damaged) && instance.engine.state().kind === 'live') return;
    const found = KEYS.map((key) => `${key}: ${bench.text(`count:${key}`)} of ${handledOf(bench, key)}`).join(
      ', ',
    );
    throw new Error(
      `${JSON.stringify(damaged)}: ${(error as Error).message}; ${JSON.stringify(instance.engine.state())}; ${found}; ${bench.lines
        .slice(-5)
        .map(
          (line) =>
            line.message +
            JSON.stringify(line.details, (_, value: unknown) =>
              value instanceof Error ? value.message : value,
            ),
        )
        .join('\n')}`,
    );
  } finally {
    for (const one of [before, instance]) one.process.kill();
  }
}

async function damage(
  bench: Bench,
  input: Buffer,
): Promise<{ space: Space; key: string; text: string } | undefined> {
  const store = new MemoryStore(bench.state.memory);
  const entries: { space: Space; key: string }[] = [];
  for (const space of SPACES)
    for (const [key] of await store.scan(space, undefined, 1000)) entries.push({ space, key });
  const entry = entries[(Math.floor((input[0] ?? 0) / 16) % 16) % Math.max(1, entries.length)] ?? entries[0];
  if (entry === undefined) return undefined;
  const text = input.subarray(2).toString();
  await store.commit({ expect: [], writes: [{ op: 'set', ...entry, text }] });
  return { ...entry, text };
}

/** Events that count for a key. */
function handledOf(bench: Bench, key: string): number {
  return bench.bus.events().filter((event) => event.key === key && ['T', 'Mixed'].includes(event.type))
    .length;
}

function told({ message, details }: Bench['lines'][number], key: string): boolean {
  const texts = [
    message,
    ...Object.values(details).map((value: unknown) =>
      value instanceof Error ? value.message : (JSON.stringify(value) ?? ''),
    ),
  ];
  return texts.some((text) => text.includes(`"${key}"`) || text.includes(`\\"${key}\\"`));
}

function isRightText({ space, key, text }: { space: Space; key: string; text: string }): boolean {
  if (space !== 'data') return isWellFormed(space, key, text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
