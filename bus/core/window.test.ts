import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

function start(options: ConstructorParameters<typeof Bench>[0], maxInFlight = 100): void {
  bench = new Bench(options);
  bench.connect(9);
  bench.join(1, 'accounts', { maxInFlight });
}

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));
const many = (key: string, count: number) => Array.from({ length: count }, () => key);
const reads = () => ofKind(bench.effects, 'read-owed');

/** Acknowledges and reads until nothing moves; returns what was delivered, in order. */
function handleAll(out: readonly { delivery: string }[], session = 1): string[] {
  const handled: string[] = [];
  let next = [...out];
  while (next.length > 0 || reads().length > 0) {
    const effects = next.flatMap(({ delivery }) => bench.ack(session, delivery));
    effects.push(...bench.answerReads());
    handled.push(...delivered(effects));
    next = deliveries(effects);
  }
  return handled;
}

describe('a window', () => {
  beforeEach(() => start({ windowEventsMax: 8, laneEventsMax: 8 }, 2));

  it('that is full leaves new events in the store, and asks for them when it is half empty', () => {
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
    const out = deliveries(send(...keys));
    expect(reads()).toEqual([]);
    expect(handleAll(out)).toEqual(keys.slice(2).map((key) => `${key}/0@1`));
    expect(bench.core.views.services()[0]).toMatchObject({ owed: 0, acknowledged: 20 });
  });

  it('never asks for more than it can hold', () => {
    const out = deliveries(send(...Array.from({ length: 50 }, (_, index) => `k${index}`)));
    const limits: number[] = [];
    let next = out;
    for (let step = 0; step < 60 && next.length > 0; step += 1) {
      const effects = next.flatMap(({ delivery }) => bench.ack(1, delivery));
      limits.push(...reads().map(({ limit }) => limit));
      next = [...deliveries(effects), ...deliveries(bench.answerReads())];
    }
    expect(Math.max(...limits)).toBeLessThanOrEqual(8);
    expect(bench.owed('accounts')).toEqual([]);
  });

  it('is live again when it has caught up: new events need no read', () => {
    handleAll(deliveries(send(...Array.from({ length: 20 }, (_, index) => `k${index}`))));
    expect(delivered(send('new'))).toEqual(['new/0@1']);
    expect(reads()).toEqual([]);
  });

  it('asks for nothing while nobody of the client type is there', () => {
    bench.close(1);
    send(...many('a', 20));
    expect(reads()).toEqual([]);
    bench.join(2);
    const out = deliveries(bench.effects, 2);
    expect(out).toHaveLength(8);
    expect(handleAll(out, 2)).toHaveLength(12);
  });

  it('does not begin to read again before somebody is there', () => {
    start({ laneEventsMax: 2, laneInFlightMax: 1 });
    const [first] = deliveries(send('a', 'a', 'a'));
    bench.ack(1, first!.delivery);
    const [read] = reads();
    bench.close(1);
    bench.apply({ kind: 'read-failed', read: read!.read, reason: 'x' });
    bench.effects = [];
    bench.pass(100);
    expect(reads()).toEqual([]);
    bench.join(2);
    expect(reads()).toHaveLength(1);
  });

  it('cuts a page at what the core knows to be durable, so that nothing comes twice', () => {
    start({ windowEventsMax: 2, laneEventsMax: 2, stickyKeysMax: 0 }, 2);
    const out = deliveries(send('a', 'b', 'c'));
    for (const { delivery } of out) bench.ack(1, delivery);
    const [read] = reads();
    bench.auto = false;
    send('d');
    // On the disk by now, but the core was not told.
    const d = ofKind(bench.effects, 'append')
      .at(-1)!
      .records.flatMap((record) => (record.kind === 'batch' ? record.events : []));
    const page = [...bench.owed('accounts'), ...d];
    const effects = bench.apply({ kind: 'owed', read: read!.read, events: page, next: 4, end: true });
    expect(delivered(effects)).toEqual(['c/0@1']);
    expect(delivered(bench.durable())).toEqual(['d/0@1']);
  });

  it('tries again with the next tick when a read fails', () => {
    start({ laneEventsMax: 2, laneInFlightMax: 1 });
    const [first] = deliveries(send('a', 'a', 'a'));
    bench.ack(1, first!.delivery);
    const [read] = reads();
    bench.effects = [];
    expect(
      ofKind(bench.apply({ kind: 'read-failed', read: read!.read, reason: 'x' }), 'notice'),
    ).toHaveLength(1);
    expect(reads()).toEqual([]);
    bench.pass(100);
    expect(reads()).toMatchObject([{ key: 'a', after: read!.after }]);
  });

  it('is bounded in bytes too', () => {
    start({ windowBytesMax: 3_000 }, 1);
    const data = JSON.stringify('x'.repeat(1_000));
    const out = deliveries(bench.send(9, ...['a', 'b', 'c', 'd', 'e'].map((key) => newEvent(key, { data }))));
    const [second] = deliveries(bench.ack(1, out[0]!.delivery));
    expect(reads()).toEqual([]);
    bench.ack(1, second!.delivery);
    expect(reads()).toMatchObject([{ after: 3 }]);
  });
});

describe('a long lane', () => {
  it('is spilled: the rest stays in the store and is read by key, in order, while other keys go on', () => {
    start({ laneEventsMax: 4, laneInFlightMax: 2 });
    const out = deliveries(send(...many('a', 30), 'b'));
    expect(out.map(({ event }) => event.key)).toEqual(['a', 'a', 'b']);
    const rest = Array.from({ length: 28 }, (_, index) => `a/${index + 2}@1`);
    expect(handleAll(out)).toEqual(rest);
    expect(reads().every(({ key }) => key === 'a')).toBe(true);
  });

  it('takes no more of the window than its part', () => {
    start({ laneEventsMax: 4, windowEventsMax: 10 });
    const out = deliveries(send(...many('a', 30), ...many('b', 3), 'c'));
    expect(out.filter(({ event }) => event.key !== 'a')).toHaveLength(4);
  });

  it('gets what comes while it is read, each event once and in order', () => {
    start({ laneEventsMax: 2, laneInFlightMax: 1 });
    const [first] = deliveries(send('a', 'a', 'a'));
    const [second] = deliveries(bench.ack(1, first!.delivery));
    const [read] = reads();
    const page = bench.owed('accounts').filter(({ position }) => position > read!.after);
    bench.effects = [];
    send('a');
    bench.apply({ kind: 'owed', read: read!.read, events: page, next: 3, end: true });
    expect(handleAll([second!])).toEqual(['a/2@1', 'a/3@1']);
  });

  it('that is parked and released while a read is under way does not take that page any more', () => {
    start({ laneEventsMax: 2, laneInFlightMax: 1, attemptsMax: 1 });
    const [first] = deliveries(send(...many('a', 4)));
    const [second] = deliveries(bench.ack(1, first!.delivery));
    const [stale] = reads();
    const page = bench.owed('accounts').filter(({ position }) => position > stale!.after);
    bench.effects = [];
    bench.nack(1, second!.delivery);
    bench.apply({ kind: 'unpark', request: 1, clientType: 'accounts', position: 2, decision: 'retry' });
    const effects = bench.apply({ kind: 'owed', read: stale!.read, events: page, next: 4, end: true });
    expect(delivered(effects)).toEqual([]);
    const again = bench.answerReads();
    expect(delivered(again)).toEqual(['a/1@1']);
    expect(handleAll(deliveries(again))).toEqual(['a/2@1', 'a/3@1']);
  });
});

describe('a key that is contested', () => {
  const refused = () => bench.publish(1, [newEvent('hot', { seen: -1 })], { atomic: true });
  const readsOf = (key: string) => reads().filter((read) => read.key === key);

  /** A window full of what waits for `hot`, and `hot` behind it in the store. */
  function behind(): ReturnType<typeof deliveries> {
    start({ windowEventsMax: 8, laneEventsMax: 8 }, 8);
    const out = deliveries(send(...Array.from({ length: 30 }, (_, n) => `k${n}`), 'hot'));
    expect(out).toHaveLength(8);
    return out;
  }

  it('is read ahead of the scan although the window is full, and handled before all others', () => {
    const out = behind();
    refused();
    expect(readsOf('hot')).toMatchObject([{ after: 8, limit: 1 }]);
    bench.answerReads();
    expect(delivered(bench.ack(1, out[0]!.delivery))).toEqual(['hot/0@1']);
  });

  it('comes once, whenever the scan gets there', () => {
    const out = behind();
    refused();
    const handled = handleAll([...deliveries(bench.answerReads()), ...out]);
    expect(handled.toSorted()).toEqual(
      [...Array.from({ length: 22 }, (_, n) => `k${n + 8}/0@1`), 'hot/0@1'].toSorted(),
    );
    expect(bench.owed('accounts')).toEqual([]);
    expect(bench.core.views.services()[0]).toMatchObject({ owed: 0, acknowledged: 31 });
    expect(delivered(send('hot'))).toEqual(['hot/1@1']);
  });

  it('is passed over by the scan while it is out', () => {
    start({ windowEventsMax: 8, laneEventsMax: 8 }, 8);
    const out = deliveries(send(...Array.from({ length: 10 }, (_, n) => `k${n}`), 'hot'));
    refused();
    const [hot] = deliveries([...bench.answerReads(), ...bench.ack(1, out[0]!.delivery)]);
    const rest = handleAll(out.slice(1));
    expect(rest).toEqual(['k8/0@1', 'k9/0@1']);
    expect(handleAll([hot!])).toEqual([]);
  });

  it("goes on being read ahead when the client type's own decisions add to it", () => {
    const out = behind();
    refused();
    const [hot] = deliveries([...bench.answerReads(), ...bench.ack(1, out[0]!.delivery)]);
    bench.ack(1, hot!.delivery);
    bench.effects = [];
    bench.publish(1, [newEvent('hot', { seen: 0 })], { acknowledges: out[1]!.delivery });
    expect(readsOf('hot')).toHaveLength(1);
    expect(delivered(bench.answerReads())).toEqual(['hot/1@1']);
  });

  it('gets what its own client type adds while it is being read', () => {
    const out = behind();
    refused();
    const [read] = readsOf('hot');
    const page = bench.owed('accounts').filter(({ key }) => key === 'hot');
    bench.effects = [];
    bench.publish(1, [newEvent('hot', { type: 'Withdrawn' })], { acknowledges: out[0]!.delivery });
    const effects = bench.apply({ kind: 'owed', read: read!.read, events: page, next: 31, end: true });
    expect(delivered(effects)).toEqual(['hot/0@1']);
    const [hot] = deliveries(effects);
    expect(delivered([...bench.ack(1, hot!.delivery), ...bench.answerReads()])).toEqual(['hot/1@1']);
  });

  it('that was not contested is not read for an own event: each key read ahead takes memory until the scan is there', () => {
    start({ windowEventsMax: 8, laneEventsMax: 8 }, 8);
    handleAll(deliveries(send('hot')));
    const out = deliveries(send(...Array.from({ length: 30 }, (_, n) => `k${n}`)));
    bench.publish(1, [newEvent('hot')], { acknowledges: out[0]!.delivery });
    expect(reads()).toEqual([]);
  });
});
