import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

const subscriptions = () => bench.records.filter(({ kind }) => kind === 'subscription');

describe('a registration', () => {
  it('is answered when its subscription is durable, and before any event', () => {
    bench.auto = false;
    expect(ofKind(bench.join(1), 'registration')).toEqual([]);
    bench.send(9, newEvent('k'));
    const effects = bench.durable();
    expect(effects.map(({ kind }) => kind)).toEqual(['registration', 'receipt', 'committed', 'deliver']);
  });

  it('echoes the types as they were sent, and names head and acknowledged', () => {
    bench.send(9, newEvent('k'), newEvent('k'));
    expect(ofKind(bench.join(1, 'accounts', { types: ['b', 'a', 'b'] }), 'registration')).toEqual([
      {
        kind: 'registration',
        sessionId: 1,
        clientType: 'accounts',
        eventTypes: ['b', 'a', 'b'],
        features: ['ack', 'nack', 'errors'],
        acknowledged: 2,
        head: 2,
      },
    ]);
  });

  it('of a client type that is known with the same types needs no record, whatever their order', () => {
    bench.join(1, 'accounts', { types: ['a', 'b'] });
    bench.join(2, 'accounts', { types: ['b', 'a', 'a'] });
    bench.join(3, 'accounts', { types: ['a', 'b', '*'] });
    bench.join(4, 'accounts', { types: ['*'] });
    expect(subscriptions()).toMatchObject([{ eventTypes: ['a', 'b'] }, { eventTypes: ['*'] }]);
  });

  it('waits for a subscription that another session has under way', () => {
    bench.auto = false;
    bench.join(1);
    expect(ofKind(bench.join(2), 'registration')).toEqual([]);
    expect(ofKind(bench.durable(), 'registration').map(({ sessionId }) => sessionId)).toEqual([1, 2]);
  });

  it('is not answered to a session that is gone meanwhile', () => {
    bench.auto = false;
    bench.join(1);
    bench.close(1);
    expect(bench.durable()).toEqual([]);
  });

  it('for the first time is owed what comes from now on, nothing of what was before', () => {
    bench.send(9, newEvent('k'));
    bench.join(1);
    expect(delivered(bench.send(9, newEvent('k')))).toEqual(['k/1@1']);
    expect(bench.core.views.services()[0]?.owed).toBe(1);
  });

  it('changes what is owed from now on, not what was owed before', () => {
    bench.join(1, 'accounts', { types: ['Deposited'], maxInFlight: 0 });
    bench.send(9, newEvent('k'));
    const effects = bench.register(1, 'accounts', { types: ['Noted'] });
    bench.send(9, newEvent('k'));
    expect(delivered(effects)).toEqual(['k/0@1']);
    expect(bench.core.views.services()[0]?.owed).toBe(1);
  });

  it('sent again takes back what is out: old tokens are fenced, and the events come again', () => {
    bench.join(1);
    const [before] = deliveries(bench.send(9, newEvent('k')));
    const [after] = deliveries(bench.register(1));
    expect(after).toMatchObject({ event: before!.event, attempt: 2 });
    expect(errors(bench.ack(1, before!.delivery))).toEqual(['fenced']);
    expect(errors(bench.ack(1, after!.delivery))).toEqual([]);
  });

  it('with room for nothing is known, gets no events, and leaves what it had to the others', () => {
    bench.join(1);
    bench.send(9, newEvent('k'));
    bench.join(2);
    expect(delivered(bench.register(1, 'accounts', { maxInFlight: 0 }))).toEqual(['k/0@2']);
    expect(delivered(bench.send(9, newEvent('a'), newEvent('b')))).toEqual(['a/0@2', 'b/0@2']);
    expect(bench.core.views.services()[0]?.instances).toHaveLength(2);
  });

  it('as another client type leaves the former one', () => {
    bench.join(1);
    bench.send(9, newEvent('k'));
    bench.register(1, 'ledger');
    expect(delivered(bench.send(9, newEvent('k')))).toEqual(['k/1@1']);
    expect(bench.core.views.services().map(({ owed, instances }) => [owed, instances.length])).toEqual([
      [2, 0],
      [1, 1],
    ]);
  });
});

describe('a client type that nobody serves', () => {
  it('is owed events all the same, and gets them in order when somebody comes', () => {
    bench.join(1);
    bench.close(1);
    bench.send(9, newEvent('a'), newEvent('b'), newEvent('a'));
    expect(bench.core.views.services()[0]?.owed).toBe(3);
    expect(delivered(bench.join(2))).toEqual(['a/0@2', 'a/1@2', 'b/0@2']);
  });
});

describe('a registration that changes the wish of its client type', () => {
  const notices = (effects: ReturnType<Bench['join']>) => ofKind(effects, 'notice');
  const wishes = () => bench.core.views.services().find(({ clientType }) => clientType === 'accounts');

  it('is told loudly when types are dropped, and what was wanted before can be seen', () => {
    bench.join(1, 'accounts', { types: ['a', 'b', 'c'] });
    expect(wishes()).toMatchObject({ changed: undefined });
    expect(notices(bench.join(2, 'accounts', { types: ['b'] }))).toMatchObject([
      {
        level: 'warn',
        details: { clientType: 'accounts', before: ['a', 'b', 'c'], now: ['b'], dropped: ['a', 'c'] },
      },
    ]);
    expect(wishes()?.changed).toEqual({
      time: expect.any(Number),
      before: ['a', 'b', 'c'],
      dropped: ['a', 'c'],
    });
  });

  it('is no cause for alarm when it only adds', () => {
    bench.join(1, 'accounts', { types: ['a'] });
    expect(notices(bench.join(2, 'accounts', { types: ['a', 'b'] }))).toMatchObject([{ level: 'info' }]);
    expect(notices(bench.join(3, 'accounts', { types: ['*'] }))).toMatchObject([{ level: 'info' }]);
    expect(wishes()?.changed).toMatchObject({ before: ['a', 'b'], dropped: [] });
  });

  it('drops everything else when it had wanted all', () => {
    bench.join(1, 'accounts', { types: ['*'] });
    expect(notices(bench.join(2, 'accounts', { types: ['a'] }))).toMatchObject([{ level: 'warn' }]);
    expect(wishes()?.changed).toMatchObject({ dropped: ['*'] });
  });

  it('is silent when it says the same again, or is the first', () => {
    expect(notices(bench.join(1, 'accounts', { types: ['a', 'b'] }))).toEqual([]);
    expect(notices(bench.join(2, 'accounts', { types: ['b', 'a'] }))).toEqual([]);
  });
});
