import { beforeEach, describe, expect, it } from 'vitest';
import { retryDelay } from './failures.js';
import { DEFAULT_CORE_OPTIONS } from './options.js';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench({ attemptsMax: 3, retryDelayMs: 1_000, retryDelayMaxMs: 5_000 });
  bench.connect(9);
  bench.join(1);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));

describe('a failure', () => {
  it('brings the event again after a delay that doubles with each failure', () => {
    const [first] = deliveries(send('a'));
    bench.nack(1, first!.delivery);
    expect(delivered(bench.pass(999))).toEqual([]);
    const [second] = deliveries(bench.pass(1));
    expect(second).toMatchObject({ event: first!.event, attempt: 2 });
    bench.nack(1, second!.delivery);
    expect(delivered(bench.pass(1_999))).toEqual([]);
    expect(delivered(bench.pass(1))).toEqual(['a/0@1']);
  });

  it('never waits longer than the longest delay', () => {
    const options = { ...DEFAULT_CORE_OPTIONS, retryDelayMs: 1_000, retryDelayMaxMs: 5_000 };
    expect([1, 2, 3, 4, 60].map((failures) => retryDelay(options, failures))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ]);
  });

  it('takes back all later events of the lane, which come again behind it; earlier ones stay out', () => {
    const out = deliveries(send('a', 'a', 'a'));
    bench.nack(1, out[1]!.delivery);
    expect(errors(bench.ack(1, out[2]!.delivery))).toEqual(['fenced']);
    expect(errors(bench.ack(1, out[0]!.delivery))).toEqual([]);
    expect(delivered(bench.pass(1_000))).toEqual(['a/1@1', 'a/2@1']);
  });

  it('holds up its own key only, also for events that come later', () => {
    const [first] = deliveries(send('a'));
    bench.nack(1, first!.delivery);
    expect(delivered(send('a', 'b'))).toEqual(['b/0@1']);
    expect(delivered(bench.pass(1_000))).toEqual(['a/0@1', 'a/1@1']);
  });

  it('gives its room to others at once', () => {
    bench.register(1, 'accounts', { maxInFlight: 1 });
    const [first] = deliveries(send('a', 'b'));
    expect(delivered(bench.nack(1, first!.delivery))).toEqual(['b/0@1']);
  });

  it('of a delivery that is not out is fenced', () => {
    const [first] = deliveries(send('a'));
    bench.ack(1, first!.delivery);
    expect(errors(bench.nack(1, first!.delivery))).toEqual(['fenced']);
    expect(errors(bench.nack(9, first!.delivery))).toEqual(['fenced']);
  });

  it('waits its delay also when the session is gone', () => {
    bench.join(2);
    const [first] = deliveries(send('a'));
    bench.nack(1, first!.delivery);
    expect(delivered(bench.close(1))).toEqual([]);
    expect(delivered(bench.pass(1_000))).toEqual(['a/0@2']);
  });

  it('that cannot be retried, or is one too many, parks the event', () => {
    const out = deliveries(send('a', 'b'));
    expect(ofKind(bench.nack(1, out[1]!.delivery, false), 'notice')).toHaveLength(1);
    let delivery = out[0]!.delivery;
    for (const wait of [1_000, 2_000]) {
      bench.nack(1, delivery);
      delivery = deliveries(bench.pass(wait))[0]!.delivery;
    }
    bench.nack(1, delivery);
    expect(bench.core.views.parked().map(({ key, attempts }) => [key, attempts])).toEqual([
      ['b', 1],
      ['a', 3],
    ]);
  });

  it('is not what a lost connection is: 500 deaths park nothing', () => {
    send('a');
    for (let session = 100; session < 600; session += 1) {
      bench.join(session);
      bench.close(session - 1 === 99 ? 1 : session - 1);
    }
    expect(bench.core.views.parked()).toEqual([]);
    expect(bench.core.views.services()[0]?.instances[0]?.inFlight).toBe(1);
  });
});

describe('an event that is given back because its handler waits for others', () => {
  /** Gives the only event of each key back, in turn, as often as it comes within some minutes. */
  function giveBackForMinutes(awaits: Record<string, string[]>): number {
    let times = 0;
    let out = deliveries(send(...Object.keys(awaits)));
    for (let seconds = 0; seconds < 300; seconds += 1) {
      for (const { delivery, event } of out) bench.giveBack(1, delivery, ...awaits[event.key]!);
      times += out.length;
      out = deliveries(bench.pass(1_000));
    }
    return times;
  }

  it('comes again after growing delays, and is never parked for it', () => {
    expect(giveBackForMinutes({ a: ['b'] })).toBeGreaterThan(50);
    expect(bench.core.views.parked()).toEqual([]);
  });

  it('has all its failures before it still', () => {
    const [first] = deliveries(send('a'));
    bench.giveBack(1, first!.delivery, 'b');
    let [next] = deliveries(bench.pass(1_000));
    for (let failure = 1; failure < 3; failure += 1) {
      bench.nack(1, next!.delivery);
      [next] = deliveries(bench.pass(5_000));
    }
    expect(next).toBeDefined();
    bench.nack(1, next!.delivery);
    expect(bench.core.views.parked()).toMatchObject([{ position: 1, attempts: 4 }]);
  });

  it('is parked when those it waits for wait for it', () => {
    giveBackForMinutes({ a: ['b', 'x'], b: ['c'], c: ['a'], d: ['a'] });
    expect(bench.core.views.parked()).toMatchObject([
      { key: 'a', attempts: 3, error: { message: 'waits; keys that wait for each other: a, b, c' } },
    ]);
  });
});
