import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));

describe('sticky round robin', () => {
  it('passes the script of the protocol: new keys in turn, known keys to their holder', () => {
    for (const session of [1, 2, 3]) bench.join(session);
    const keys = ['acc-234', 'acc-358', 'acc-234', 'acc-876', 'acc-358', 'acc-234', 'acc-987', 'acc-236'];
    const script = ['acc-234/0@1', 'acc-358/0@2', 'acc-234/1@1', 'acc-876/0@3'];
    const rest = ['acc-358/1@2', 'acc-234/2@1', 'acc-987/0@1', 'acc-236/0@2'];
    expect(delivered(send(...keys))).toEqual([...script, ...rest]);
  });

  it('keeps a key with its session although nothing of it is owed any more', () => {
    bench.join(1);
    bench.join(2);
    for (const { delivery } of deliveries(send('a'))) bench.ack(1, delivery);
    expect(delivered(send('b', 'a'))).toEqual(['b/0@2', 'a/1@1']);
    expect(bench.core.views.holder('accounts', 'a')).toBe(1);
  });

  it('forgets the holders of keys without debts, those used longest ago first', () => {
    bench = new Bench({ stickyKeysMax: 2 });
    bench.connect(9);
    bench.join(1);
    for (const { delivery } of deliveries(send('a', 'b', 'a', 'c'))) bench.ack(1, delivery);
    const holders = ['a', 'b', 'c'].map((key) => bench.core.views.holder('accounts', key));
    expect(holders).toEqual([1, undefined, 1]);
    expect(bench.core.views.services()[0]?.instances[0]?.keys).toBe(2);
  });

  it('leaves out a session without room, and does not move the turn for it', () => {
    bench.join(1, 'accounts', { maxInFlight: 1 });
    bench.join(2);
    expect(delivered(send('a', 'b', 'c', 'd'))).toEqual(['a/0@1', 'b/0@2', 'c/0@2', 'd/0@2']);
  });
});

describe('the room of a session', () => {
  it('is never exceeded; what does not fit waits and goes out when there is room, oldest first', () => {
    bench.join(1, 'accounts', { maxInFlight: 2 });
    const out = deliveries(send('a', 'b', 'c', 'd'));
    expect(out).toHaveLength(2);
    expect(delivered(bench.ack(1, out[1]!.delivery))).toEqual(['c/0@1']);
    expect(delivered(bench.ack(1, out[0]!.delivery))).toEqual(['d/0@1']);
  });

  it('is filled by one effect per step', () => {
    bench.join(1);
    const effects = bench.publish(9, [newEvent('a'), newEvent('b')]);
    expect(ofKind(effects, 'deliver').map(({ deliveries: out }) => out.length)).toEqual([2]);
  });

  it('is shared fairly between keys that it holds and keys that nobody holds', () => {
    bench.join(1, 'accounts', { maxInFlight: 1 });
    const [first] = deliveries(send('a', 'b', 'a'));
    const [second] = deliveries(bench.ack(1, first!.delivery));
    expect(second?.event.key).toBe('b');
    expect(delivered(bench.ack(1, second!.delivery))).toEqual(['a/1@1']);
  });
});

describe('a lane', () => {
  it('has at most laneInFlightMax events out, in order', () => {
    bench = new Bench({ laneInFlightMax: 2 });
    bench.connect(9);
    bench.join(1);
    const out = deliveries(send('a', 'a', 'a', 'b'));
    expect(out.map(({ event }) => [event.key, event.value])).toEqual([
      ['a', 0],
      ['a', 1],
      ['b', 0],
    ]);
    expect(delivered(bench.ack(1, out[0]!.delivery))).toEqual(['a/2@1']);
  });

  it('goes to another session with all that is unacknowledged, in order, before newer events', () => {
    bench.join(1);
    const [first] = deliveries(send('a', 'a', 'a'));
    bench.join(2);
    bench.ack(1, first!.delivery);
    expect(delivered(bench.close(1))).toEqual(['a/1@2', 'a/2@2']);
    expect(delivered(send('a'))).toEqual(['a/3@2']);
  });

  it('counts its deliveries, and fences the tokens of its former holder', () => {
    bench.join(1);
    bench.join(2);
    const [before] = deliveries(send('a'));
    const [after] = deliveries(bench.register(1, 'accounts', { maxInFlight: 0 }));
    expect([before!.attempt, after!.attempt]).toEqual([1, 2]);
    expect(errors(bench.ack(1, before!.delivery))).toEqual(['fenced']);
    expect(errors(bench.ack(1, after!.delivery))).toEqual(['fenced']);
    expect(bench.owed('accounts')).toHaveLength(1);
    expect(bench.core.views.services()[0]?.redelivered).toBe(1);
  });
});

describe('a session that drains', () => {
  it('gets nothing new, may finish what is out, and is answered when nothing is out', () => {
    bench.join(1);
    const [first, second] = deliveries(send('a', 'b'));
    expect(ofKind(bench.apply({ kind: 'drain', sessionId: 1 }), 'drained')).toEqual([]);
    expect(deliveries(send('a', 'c'))).toEqual([]);
    bench.ack(1, first!.delivery);
    expect(ofKind(bench.ack(1, second!.delivery), 'drained')).toEqual([{ kind: 'drained', sessionId: 1 }]);
    expect(delivered(bench.join(2))).toEqual(['c/0@2', 'a/1@2']);
  });

  it('keeps a lane until all that is out of it is acknowledged; then the rest goes to another', () => {
    bench.join(1, 'accounts', { maxInFlight: 1 });
    bench.join(2);
    const [first] = deliveries(send('a', 'a'));
    expect(delivered(bench.apply({ kind: 'drain', sessionId: 1 }))).toEqual([]);
    expect(delivered(bench.ack(1, first!.delivery))).toEqual(['a/1@2']);
  });

  it('leaves to others the keys that wait for its room', () => {
    bench.join(1, 'accounts', { maxInFlight: 2 });
    const [first] = deliveries(send('a', 'b', 'c'));
    bench.ack(1, first!.delivery);
    send('a');
    bench.join(2, 'accounts', { maxInFlight: 2 });
    expect(delivered(bench.apply({ kind: 'drain', sessionId: 1 }))).toEqual(['a/1@2']);
  });

  it('is answered at once when nothing is out, and takes part again when it registers', () => {
    bench.join(1);
    expect(ofKind(bench.apply({ kind: 'drain', sessionId: 1 }), 'drained')).toHaveLength(1);
    expect(delivered([...send('a'), ...bench.register(1)])).toEqual(['a/0@1']);
  });

  it('has to be registered', () => {
    expect(errors(bench.apply({ kind: 'drain', sessionId: 9 }))).toEqual(['not_registered']);
  });
});

describe('a session that is gone', () => {
  it('is passed over, whatever it says', () => {
    bench.join(1);
    const [first] = deliveries(send('a'));
    bench.close(1);
    expect(bench.ack(1, first!.delivery)).toEqual([]);
    expect(bench.send(1, newEvent('a'))).toEqual([]);
    expect(bench.close(1)).toEqual([]);
    expect(bench.owed('accounts')).toHaveLength(1);
  });

  it('gets no answer to what it had sent', () => {
    bench.auto = false;
    send('a');
    bench.close(9);
    expect(ofKind(bench.durable(), 'receipt')).toEqual([]);
    expect(bench.events()).toHaveLength(1);
  });
});
