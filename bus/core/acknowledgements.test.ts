import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));
const service = () => bench.core.views.services()[0]!;

describe('an acknowledgement', () => {
  it('ends the debt when it is durable, and not before', () => {
    bench.join(1);
    const [first] = deliveries(send('a'));
    bench.auto = false;
    bench.ack(1, first!.delivery);
    expect(service()).toMatchObject({ owed: 1, acknowledged: 0 });
    bench.durable();
    expect(service()).toMatchObject({ owed: 0, acknowledged: 1, oldestOwed: undefined });
  });

  it('of several deliveries is one record; those that are fenced do not spoil the others', () => {
    bench.join(1);
    const [first, second] = deliveries(send('a', 'b'));
    const effects = bench.ack(1, first!.delivery, '1.999', second!.delivery);
    expect(errors(effects)).toEqual(['fenced']);
    expect(ofKind(effects, 'error')[0]?.about).toEqual({ messageType: 'ack', delivery: '1.999' });
    expect(bench.records.at(-1)).toEqual({ kind: 'ack', clientType: 'accounts', positions: [1, 2] });
  });

  it('counts once', () => {
    bench.join(1);
    const [first] = deliveries(send('a'));
    bench.ack(1, first!.delivery);
    expect(errors(bench.ack(1, first!.delivery))).toEqual(['fenced']);
  });

  it('may come out of order within a lane', () => {
    bench.join(1);
    const out = deliveries(send('a', 'a', 'a'));
    bench.ack(1, out[1]!.delivery);
    expect(service()).toMatchObject({ owed: 2, acknowledged: 0 });
    bench.join(2);
    expect(delivered(bench.close(1))).toEqual(['a/0@2', 'a/2@2']);
  });
});

describe('an acknowledgement by key and value', () => {
  it('finds its event among what is out at this session', () => {
    bench.join(1, 'old', { features: [] });
    send('a', 'a', 'b');
    bench.apply({ kind: 'ack-event', sessionId: 1, key: 'a', value: 1 });
    expect(bench.owed('old').map(({ key, value }) => [key, value])).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('is fenced when the event is out at another session, or nowhere', () => {
    bench.join(1, 'old', { features: [], maxInFlight: 1 });
    bench.join(2, 'old', { features: [] });
    send('a', 'a');
    for (const [sessionId, value] of [
      [2, 0],
      [1, 1],
      [1, 7],
      [9, 0],
    ] as const)
      expect(errors(bench.apply({ kind: 'ack-event', sessionId, key: 'a', value }))).toEqual(['fenced']);
    expect(bench.owed('old')).toHaveLength(2);
  });
});

describe('a client type that never acknowledges', () => {
  it('counts as having acknowledged what it was sent, and is never full', () => {
    bench = new Bench({ autoAcknowledge: ['old'] });
    bench.connect(9);
    bench.join(1, 'old', { features: [], maxInFlight: 1 });
    expect(delivered(send('a', 'a', 'b'))).toEqual(['a/0@1', 'a/1@1', 'b/0@1']);
    expect(bench.owed('old')).toEqual([]);
    expect(service()).toMatchObject({ owed: 0, acknowledged: 3 });
  });

  it('is owed what comes while nobody of it is there', () => {
    bench = new Bench({ autoAcknowledge: ['old'] });
    bench.connect(9);
    bench.join(1, 'old');
    bench.close(1);
    send('a', 'a');
    expect(bench.owed('old')).toHaveLength(2);
    expect(delivered(bench.join(2, 'old'))).toEqual(['a/0@2', 'a/1@2']);
    expect(bench.owed('old')).toEqual([]);
  });
});

describe('the acknowledged cursor', () => {
  it('stands below the lowest debt, whatever is acknowledged above it', () => {
    bench.join(1);
    const out = deliveries(send('a', 'b', 'c', 'd'));
    const acknowledged = [3, 1, 0, 2].map((index) => {
      bench.ack(1, out[index]!.delivery);
      return service().acknowledged;
    });
    expect(acknowledged).toEqual([0, 0, 2, 4]);
  });

  it('passes over what is not owed to the client type', () => {
    bench.join(1, 'accounts', { types: ['Noted'] });
    send('a', 'a');
    expect(service().acknowledged).toBe(2);
  });
});
