import { beforeEach, describe, expect, it } from 'vitest';
import { InvariantError } from './invariant.js';
import {
  Bench,
  delivered,
  deliveries,
  errors,
  newEvent,
  ofKind,
  receipts,
  statuses,
} from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

describe('an append that fails', () => {
  it('consumes nothing: values and positions are given again', () => {
    bench.send(9, newEvent('k'));
    bench.auto = false;
    bench.send(9, newEvent('k'), newEvent('new'), newEvent('k'));
    expect(errors(bench.fail())).toEqual(['store_unavailable', 'store_unavailable', 'store_unavailable']);
    bench.pass(100);
    bench.send(9, newEvent('k'), newEvent('new'));
    expect(receipts(bench.durable()).map(({ key, value, position }) => [key, value, position])).toEqual([
      ['k', 1, 2],
      ['new', 0, 3],
    ]);
  });

  it('leaves alone what was issued before it', () => {
    bench.auto = false;
    bench.send(9, newEvent('k'), newEvent('k'));
    const [, second] = bench.issued;
    bench.issued.pop();
    bench.apply({ kind: 'append-failed', append: second!.append, reason: 'disk full' });
    expect(receipts(bench.durable()).map(({ value }) => value)).toEqual([0]);
    bench.pass(100);
    bench.send(9, newEvent('k'));
    expect(receipts(bench.durable()).map(({ value }) => value)).toEqual([1]);
  });

  it('says which batch was not kept, and forgets its id: it may come again', () => {
    bench.auto = false;
    bench.publish(9, [newEvent('k')], { batchId: 'b' });
    const [error] = ofKind(bench.fail(), 'error');
    expect(error).toMatchObject({ sessionId: 9, about: { messageType: 'new', batchId: 'b' } });
    bench.pass(100);
    bench.publish(9, [newEvent('k')], { batchId: 'b' });
    expect(statuses(bench.durable())).toEqual(['success']);
  });

  it('keeps acknowledgements: the event is neither sent again nor forgotten, and the record leaves with the next tick', () => {
    bench.join(1);
    const [first] = deliveries(bench.send(9, newEvent('k'), newEvent('k')));
    bench.auto = false;
    bench.ack(1, first!.delivery);
    bench.fail();
    expect(bench.core.views.services()[0]).toMatchObject({ owed: 2, acknowledged: 0 });
    const effects = bench.pass(100);
    expect(delivered(effects)).toEqual([]);
    expect(ofKind(effects, 'append')[0]?.records).toEqual([
      { kind: 'ack', clientType: 'accounts', positions: [1] },
    ]);
    bench.durable();
    expect(bench.core.views.services()[0]).toMatchObject({ owed: 1, acknowledged: 1 });
  });

  it('does not keep the acknowledgement of a batch: its delivery is out again, under the same token', () => {
    bench.join(1, 'accounts', { types: ['Deposited'] });
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    bench.auto = false;
    const event = newEvent('a', { type: 'Noted' });
    bench.publish(1, [event], { batchId: 'b', acknowledges: delivery!.delivery });
    bench.fail();
    bench.pass(100);
    bench.durable();
    expect(bench.owed('accounts')).toHaveLength(1);
    bench.publish(1, [event], { batchId: 'b', acknowledges: delivery!.delivery });
    expect(statuses(bench.durable())).toEqual(['success']);
    expect(bench.owed('accounts')).toEqual([]);
  });

  it('keeps subscriptions: the registration is answered when the record is durable at last', () => {
    bench.auto = false;
    bench.join(1);
    expect(ofKind(bench.fail(), 'registration')).toEqual([]);
    bench.send(9, newEvent('k'));
    const effects = [...bench.pass(100), ...bench.durable()];
    expect(bench.records.map(({ kind }) => kind)).toEqual(['subscription', 'batch']);
    expect(effects.map(({ kind }) => kind)).toEqual([
      'append',
      'registration',
      'receipt',
      'committed',
      'deliver',
    ]);
  });

  it('takes back the decision of an operator, who may decide again', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    bench.nack(1, delivery!.delivery, false);
    const decide = () =>
      bench.apply({ kind: 'unpark', request: 1, clientType: 'accounts', position: 1, decision: 'retry' });
    bench.auto = false;
    decide();
    expect(errors(decide())).toEqual(['not_parked']);
    expect(errors(bench.fail())).toEqual(['store_unavailable']);
    bench.auto = true;
    bench.pass(100);
    expect(ofKind(decide(), 'operator-answer')[0]?.error).toBeUndefined();
  });

  it('holds back every later append until the next tick', () => {
    bench.auto = false;
    bench.send(9, newEvent('k'));
    bench.fail();
    expect(bench.send(9, newEvent('k'))).toEqual([]);
    expect(ofKind(bench.pass(100), 'append')).toHaveLength(1);
  });

  it('whose outcome was known before changes nothing', () => {
    bench.auto = false;
    bench.send(9, newEvent('k'));
    bench.fail();
    bench.pass(100);
    bench.send(9, newEvent('k'));
    expect(bench.apply({ kind: 'append-failed', append: 1, reason: 'again' })).toEqual([]);
    expect(statuses(bench.durable())).toEqual(['success']);
  });

  it('that was never issued stops the bus', () => {
    expect(() => bench.apply({ kind: 'append-failed', append: 1, reason: 'x' })).toThrow(InvariantError);
    expect(() => bench.apply({ kind: 'appended', append: 1 })).toThrow(InvariantError);
  });
});
