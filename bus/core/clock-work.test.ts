import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench({ ackDeadlineMs: 1_000 });
  bench.connect(9);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));

describe('an overdue acknowledgement', () => {
  it('moves the lane to another instance, and fences the former one', () => {
    bench.join(1);
    const [first] = deliveries(send('a', 'a'));
    bench.join(2);
    expect(delivered(bench.pass(999))).toEqual([]);
    expect(delivered(bench.pass(1))).toEqual(['a/0@2', 'a/1@2']);
    expect(errors(bench.ack(1, first!.delivery))).toEqual(['fenced']);
    expect(errors(bench.publish(1, [newEvent('b')], { acknowledges: first!.delivery }))).toEqual(['fenced']);
  });

  it('runs from the moment the event is the first of its lane', () => {
    bench.join(1);
    const [first] = deliveries(send('a', 'a'));
    bench.join(2);
    bench.pass(900);
    bench.ack(1, first!.delivery);
    expect(delivered(bench.pass(900))).toEqual([]);
    expect(delivered(bench.pass(100))).toEqual(['a/1@2']);
  });

  it('brings the event again to the only instance, with a new token', () => {
    bench.join(1);
    const [before] = deliveries(send('a'));
    const [after] = deliveries(bench.pass(1_000));
    expect(after).toMatchObject({ event: before!.event, attempt: 2 });
    expect(errors(bench.ack(1, before!.delivery))).toEqual(['fenced']);
    expect(errors(bench.ack(1, after!.delivery))).toEqual([]);
  });

  it('leaves the only instance alone if it is a base client, until there is another', () => {
    bench.join(1, 'old', { features: [] });
    send('a');
    expect(delivered(bench.pass(5_000))).toEqual([]);
    bench.join(2, 'old', { features: [] });
    expect(delivered(bench.pass(1_000))).toEqual(['a/0@2']);
  });

  it('gives the room of the former holder to keys that wait', () => {
    bench.join(1, 'accounts', { maxInFlight: 1 });
    send('a', 'b');
    bench.pass(500);
    expect(delivered(bench.join(2, 'accounts', { maxInFlight: 1 }))).toEqual(['b/0@2']);
    send('c');
    expect(delivered(bench.pass(500))).toEqual(['c/0@1']);
    expect(bench.core.views.holder('accounts', 'a')).toBe(2);
  });

  it('does not run while a batch that completes the event is on its way to the disk', () => {
    bench.join(1);
    bench.join(2);
    const [first] = deliveries(send('a', 'a'));
    bench.auto = false;
    bench.publish(1, [], { batchId: 'b', acknowledges: first!.delivery });
    expect(delivered([...bench.pass(1_000), ...bench.durable()])).toEqual([]);
    expect(bench.core.views.holder('accounts', 'a')).toBe(1);
  });

  it('is not taken for a failure', () => {
    bench.join(1);
    send('a');
    for (let time = 0; time < 20; time += 1) expect(delivered(bench.pass(1_000))).toEqual(['a/0@1']);
    expect(bench.core.views.parked()).toEqual([]);
  });
});

describe('a clock that is set back', () => {
  it('makes nothing due earlier or later than it would be without', () => {
    bench.join(1);
    send('a');
    expect(delivered(bench.pass(500))).toEqual([]);
    bench.now -= 3_600_000;
    expect(delivered(bench.pass(0))).toEqual([]);
    expect(delivered(bench.pass(499))).toEqual([]);
    expect(delivered(bench.pass(1))).toEqual(['a/0@1']);
  });

  it('does not take the time of the log back', () => {
    bench.join(1);
    send('a');
    bench.now -= 3_600_000;
    send('b');
    const times = bench.events().map(({ time }) => time);
    expect(times[1]).toBe(times[0]);
  });
});

describe('progress', () => {
  beforeEach(() => {
    bench = new Bench();
    bench.connect(9);
  });

  const told = (effects: Parameters<typeof ofKind>[0]) =>
    ofKind(effects, 'progress').map(({ sessionId, acknowledged, head }) => [sessionId, acknowledged, head]);

  it('is told to whom announced it, when the cursor or the head has moved', () => {
    bench.join(1, 'accounts', { features: ['progress'] });
    bench.join(2, 'accounts', { maxInFlight: 0 });
    const [first] = deliveries(send('a'));
    expect(told(bench.pass(1_000))).toEqual([[1, 0, 1]]);
    expect(told(bench.pass(5_000))).toEqual([]);
    bench.ack(1, first!.delivery);
    expect(told(bench.pass(1_000))).toEqual([[1, 1, 1]]);
  });

  it('is told at most once a second', () => {
    bench.join(1, 'accounts', { features: ['progress'], maxInFlight: 0 });
    const effects = Array.from({ length: 30 }, () => [...send('a'), ...bench.pass(100)]).flat();
    expect(told(effects)).toHaveLength(3);
  });
});
