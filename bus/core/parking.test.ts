import { beforeEach, describe, expect, it } from 'vitest';
import type { ParkedRecord } from '../store/event-store.js';
import { Bench, delivered, deliveries, EMPTY, errors, newEvent, ofKind } from './testing/bench.js';
import type { CoreOptions } from './types.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
  bench.join(1);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));
const service = () => bench.core.views.services()[0]!;

function park(key: string): void {
  const [first] = deliveries(send(key));
  bench.nack(1, first!.delivery, false);
}

function decide(position: number, decision: 'retry' | 'skip', reason?: string) {
  const input = { kind: 'unpark', request: 5, clientType: 'accounts', position, decision } as const;
  return [...bench.apply(reason === undefined ? input : { ...input, reason }), ...bench.answerReads()];
}

/** The same log under a core that has just started. */
function restart(options: Partial<CoreOptions> = {}): void {
  const former = bench;
  const open = new Map<number, ParkedRecord>();
  for (const record of former.records) {
    if (record.kind === 'parked') open.set(record.position, record);
    if (record.kind === 'unparked') open.delete(record.position);
  }
  const owed = former.owed('accounts');
  bench = new Bench(
    { ...options, debts: { accounts: { count: owed.length, lowest: owed[0]?.position } } },
    {
      ...EMPTY,
      lastPosition: former.events().length,
      subscriptions: former.records.filter((record) => record.kind === 'subscription'),
      parked: [...open.values()],
    },
  );
  bench.records.push(...former.records);
  bench.connect(9);
}

describe('a parked event', () => {
  it('is recorded with its error, its attempts and its times', () => {
    park('a');
    const record = { clientType: 'accounts', position: 1, key: 'a', attempts: 1, error: { message: 'boom' } };
    expect(bench.records.at(-1)).toMatchObject({ kind: 'parked', ...record, firstFailure: bench.now });
    expect(bench.core.views.parked()).toMatchObject([record]);
    expect(service()).toMatchObject({ owed: 1, parked: 1, acknowledged: 0 });
  });

  it('holds up its key, and no other', () => {
    park('a');
    expect(delivered(send('a', 'b', 'a'))).toEqual(['b/0@1']);
    bench.join(2);
    expect(delivered(bench.close(1))).toEqual(['b/0@2']);
    expect(delivered(bench.pass(1_000))).toEqual([]);
  });

  it('that is retried comes again, with what waited behind it, as if it were the first time', () => {
    park('a');
    send('a', 'a');
    const effects = decide(1, 'retry');
    expect(ofKind(effects, 'operator-answer')).toEqual([{ kind: 'operator-answer', request: 5 }]);
    expect(delivered(effects)).toEqual(['a/0@1', 'a/1@1', 'a/2@1']);
    expect(deliveries(effects)[0]?.attempt).toBe(1);
    expect(bench.core.views.parked()).toEqual([]);
  });

  it('that is skipped is owed no longer, and the decision is recorded with its reason', () => {
    park('a');
    send('a');
    expect(delivered(decide(1, 'skip', 'cannot be helped'))).toEqual(['a/1@1']);
    expect(bench.records.at(-1)).toMatchObject({
      kind: 'unparked',
      decision: 'skip',
      reason: 'cannot be helped',
    });
    expect(service()).toMatchObject({ owed: 1, parked: 0, acknowledged: 1 });
  });

  it('that is skipped with nothing behind it leaves nothing owed', () => {
    park('a');
    decide(1, 'skip', 'x');
    expect(service()).toMatchObject({ owed: 0, acknowledged: 1, oldestOwed: undefined });
    expect(delivered(send('a'))).toEqual(['a/1@1']);
  });

  it('is decided once, by its position, and skipped only with a reason', () => {
    park('a');
    expect(errors(decide(7, 'retry'))).toEqual(['not_parked']);
    expect(errors(decide(1, 'skip'))).toEqual(['reason_required']);
    expect(errors(decide(1, 'skip', ''))).toEqual(['reason_required']);
    expect(errors(decide(1, 'retry'))).toEqual([]);
    expect(errors(decide(1, 'retry'))).toEqual(['not_parked']);
  });

  it('may fail again and is parked again', () => {
    park('a');
    const [again] = deliveries(decide(1, 'retry'));
    bench.nack(1, again!.delivery, false);
    expect(bench.records.filter(({ kind }) => kind === 'parked')).toHaveLength(2);
    expect(bench.core.views.parked()).toHaveLength(1);
  });

  it('keeps nothing behind it in memory: other keys go on, however much waits', () => {
    bench = new Bench({ windowEventsMax: 20, laneEventsMax: 10 });
    bench.connect(9);
    bench.join(1);
    park('a');
    send(...Array.from({ length: 200 }, () => 'a'));
    expect(delivered(send('b'))).toEqual(['b/0@1']);
    expect(ofKind(bench.effects, 'read-owed')).toEqual([]);
    expect(service().owed).toBe(202);
  });

  it('may stand behind one of its key that is parked later, and each is decided by itself', () => {
    const out = deliveries(send('a', 'a', 'a'));
    bench.nack(1, out[1]!.delivery, false);
    bench.nack(1, out[0]!.delivery, false);
    expect(bench.core.views.parked().map(({ position }) => position)).toEqual([2, 1]);
    expect(delivered(decide(1, 'retry'))).toEqual(['a/0@1']);
    expect(delivered(decide(2, 'retry'))).toEqual(['a/1@1', 'a/2@1']);
  });
});

describe('after a restart', () => {
  it('what was parked is parked, and can be decided', () => {
    park('a');
    send('a', 'b');
    restart();
    expect(delivered([...bench.join(2), ...bench.answerReads()])).toEqual(['b/0@2']);
    expect(delivered(decide(1, 'retry'))).toEqual(['a/0@2', 'a/1@2']);
  });

  it('what is owed before the parked event of a key comes', () => {
    const out = deliveries(send('a', 'a', 'a'));
    bench.nack(1, out[1]!.delivery, false);
    restart();
    expect(delivered([...bench.join(2), ...bench.answerReads()])).toEqual(['a/0@2']);
    expect(service().acknowledged).toBe(0);
  });

  it('a page that was read before a skip does not bring the skipped event back', () => {
    park('a');
    send('a', 'b');
    restart();
    bench.join(2);
    const [scan] = ofKind(bench.effects, 'read-owed');
    const page = bench.owed('accounts');
    bench.effects = [];
    const skipped = decide(1, 'skip', 'x');
    const effects = bench.apply({ kind: 'owed', read: scan!.read, events: page, next: 3, end: true });
    expect(delivered([...skipped, ...effects])).toEqual(['a/1@2', 'b/0@2']);
  });

  it('nor does a page of its key that was read ahead of the scan', () => {
    send('x');
    park('a');
    send('a');
    restart();
    bench.join(2);
    bench.send(2, newEvent('a', { value: 9 }));
    const ahead = ofKind(bench.effects, 'read-owed').find(({ key }) => key === 'a');
    const page = bench.owed('accounts').filter(({ key }) => key === 'a');
    bench.effects = [];
    const skipped = decide(2, 'skip', 'x');
    const effects = bench.apply({ kind: 'owed', read: ahead!.read, events: page, next: 3, end: true });
    expect(delivered([...skipped, ...effects])).toEqual(['a/1@2']);
  });

  it('a decision before anybody is there counts when somebody comes', () => {
    park('a');
    send('a');
    restart();
    decide(1, 'skip', 'x');
    const effects = [...bench.join(2), ...bench.answerReads(), ...bench.answerReads()];
    expect(delivered(effects)).toEqual(['a/1@2']);
  });
});
