import { beforeEach, describe, expect, it } from 'vitest';
import type { BatchRecord } from '../store/event-store.js';
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
import type { Effect } from './types.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

const stored = () => bench.records.filter((record): record is BatchRecord => record.kind === 'batch');

describe('a new', () => {
  it('is answered and announced only when it is durable', () => {
    bench.join(1);
    bench.auto = false;
    const before = bench.send(9, newEvent('k'));
    expect(before.map(({ kind }) => kind)).toEqual(['append']);
    const after = bench.durable();
    expect(statuses(after)).toEqual(['success']);
    expect(delivered(after)).toEqual(['k/0@1']);
    expect(ofKind(after, 'committed')[0]?.events.map(({ position }) => position)).toEqual([1]);
  });

  it('raises the head of its key at once, so that the next one is judged against it', () => {
    bench.auto = false;
    bench.send(9, newEvent('k', { value: 0 }), newEvent('k', { value: 0 }), newEvent('k', { value: 1 }));
    expect(receipts(bench.durable()).map(({ status, value }) => [status, value])).toEqual([
      ['success', 0],
      ['inconsistent', undefined],
      ['success', 1],
    ]);
  });

  it('is judged event by event without "atomic": one receipt message, one time, and the rest is stored', () => {
    const effects = bench.publish(9, [newEvent('k'), newEvent('k', { value: 7 }), newEvent('k')]);
    const [message, ...more] = ofKind(effects, 'receipt');
    expect(more).toEqual([]);
    expect(message?.receipts.map(({ status, value, contested }) => [status, value, contested])).toEqual([
      ['success', 0, false],
      ['inconsistent', undefined, true],
      ['success', 1, false],
    ]);
    expect(new Set(stored()[0]?.events.map(({ time }) => time)).size).toBe(1);
  });

  it('is stored whole or not at all with "atomic", and says which events could not be accepted', () => {
    const events = [newEvent('a'), newEvent('b', { value: 7 })];
    const effects = bench.publish(9, events, { atomic: true });
    expect(receipts(effects).map(({ status, contested }) => [status, contested])).toEqual([
      ['inconsistent', false],
      ['inconsistent', true],
    ]);
    expect(stored()).toEqual([]);
    expect(bench.send(9, newEvent('a', { value: 0 })).some(({ kind }) => kind === 'append')).toBe(true);
  });

  it('of which nothing is accepted is answered at once', () => {
    bench.auto = false;
    expect(statuses(bench.send(9, newEvent('k', { value: 1 })))).toEqual(['inconsistent']);
  });

  it('that is refused waits for the answers to those before it', () => {
    bench.auto = false;
    bench.send(9, newEvent('k'));
    expect(bench.send(9, newEvent('k', { value: 7 }))).toEqual([]);
    expect(statuses(bench.durable())).toEqual(['success', 'inconsistent']);
  });

  it('never takes the log back in time', () => {
    bench.send(9, newEvent('k'));
    bench.now -= 5_000;
    bench.send(9, newEvent('k'));
    const [first, second] = bench.events();
    expect(second?.time).toBe(first?.time);
  });

  it('hands out no value to whom it refuses', () => {
    expect(receipts(bench.send(9, newEvent('k', { value: 3 })))[0]).toEqual({
      checksum: 'sum',
      status: 'inconsistent',
      key: 'k',
      contested: true,
    });
  });

  it('of no events is answered with no receipts and stores nothing', () => {
    expect(ofKind(bench.publish(9, [], { atomic: true }), 'receipt')[0]?.receipts).toEqual([]);
    expect(stored()).toEqual([]);
  });

  it('counts for "seen" only the types that the client type of the sender asks for', () => {
    bench.join(1, 'accounts', { types: ['Deposited'], maxInFlight: 0 });
    bench.send(9, newEvent('k', { type: 'Deposited' }), newEvent('k', { type: 'Noted' }));
    expect(statuses(bench.send(1, newEvent('k', { seen: 0 })))).toEqual(['success']);
    expect(statuses(bench.send(9, newEvent('k', { seen: 0 })))).toEqual(['inconsistent']);
  });

  it('is owed to the client types that subscribe at the moment it is accepted', () => {
    bench.join(1, 'accounts', { types: ['Deposited'] });
    bench.join(2, 'ledger');
    bench.send(9, newEvent('k', { type: 'Deposited' }), newEvent('k', { type: 'Noted' }));
    expect(bench.events().map(({ owedTo }) => owedTo)).toEqual([['accounts', 'ledger'], ['ledger']]);
  });

  it('remembers refused attempts for the observatory, newest first', () => {
    bench.send(9, newEvent('k'), newEvent('k', { value: 5 }), newEvent('k', { seen: -1 }));
    expect(bench.core.views.refusals('k').map(({ expect: { kind }, head }) => [kind, head])).toEqual([
      ['seen', 0],
      ['exact', 0],
    ]);
    expect(bench.core.views.refusals('other')).toEqual([]);
  });
});

describe('a batch id', () => {
  const batch = [newEvent('k'), newEvent('k', { value: 9 }), newEvent('k')];

  it('that comes again gets the first answer again, and nothing more is stored', () => {
    const first = receipts(bench.publish(9, batch, { batchId: 'b' }));
    expect(receipts(bench.publish(9, batch, { batchId: 'b' }))).toEqual(first);
    expect(stored()).toHaveLength(1);
  });

  it('is known from the store when memory has forgotten it, refused events among the accepted ones', () => {
    bench = new Bench({ batchCacheMax: 1 });
    bench.connect(9);
    const first = receipts(bench.publish(9, batch, { batchId: 'b' }));
    for (const other of ['c', 'd', 'e']) bench.publish(9, [newEvent('x')], { batchId: other });
    expect(receipts(bench.publish(9, batch, { batchId: 'b' }))).toEqual(first);
    expect(stored()).toHaveLength(4);
  });

  it('that is sent again, pending or stored, is answered by the checksums of who sends it again', () => {
    bench.connect(8);
    bench.auto = false;
    const again = [newEvent('k', { checksum: 'again' })];
    bench.publish(9, [newEvent('k', { checksum: '' })], { batchId: 'b' });
    bench.publish(8, again, { batchId: 'b' });
    const checksums = (effects: Effect[]) =>
      ofKind(effects, 'receipt').map(({ receipts: [receipt] }) => receipt?.checksum);
    expect(checksums(bench.durable())).toEqual(['', 'again']);
    expect(checksums(bench.publish(8, again, { batchId: 'b' }))).toEqual(['again']);
  });

  it('that comes again while it is pending is answered when it is durable, to everyone who sent it', () => {
    bench.connect(8);
    bench.auto = false;
    bench.publish(9, batch, { batchId: 'b' });
    expect(bench.publish(8, batch, { batchId: 'b' })).toEqual([]);
    const answers = ofKind(bench.durable(), 'receipt');
    expect(answers.map(({ sessionId }) => sessionId)).toEqual([9, 8]);
    expect(answers[0]?.receipts).toEqual(answers[1]?.receipts);
    expect(stored()).toHaveLength(1);
  });

  it('that was refused is refused again, even if it would be accepted by now', () => {
    const refused = [newEvent('k', { value: 1 })];
    bench.publish(9, refused, { batchId: 'b' });
    bench.send(9, newEvent('k'));
    expect(statuses(bench.publish(9, refused, { batchId: 'b' }))).toEqual(['inconsistent']);
    expect(statuses(bench.publish(9, refused, { batchId: 'c' }))).toEqual(['success']);
  });

  it('belongs to the client type of its sender', () => {
    bench.join(1, 'accounts', { maxInFlight: 0 });
    bench.join(2, 'accounts', { maxInFlight: 0 });
    bench.publish(9, batch, { batchId: 'b' });
    bench.publish(1, batch, { batchId: 'b' });
    bench.publish(2, batch, { batchId: 'b' });
    expect(stored().map(({ sender }) => sender)).toEqual(['', 'accounts']);
  });
});

describe('a batch that acknowledges', () => {
  it('is one record with its acknowledgement, and ends the debt when it is durable', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    bench.auto = false;
    bench.publish(1, [newEvent('other')], { batchId: 'b', acknowledges: delivery!.delivery });
    expect(bench.core.views.services()[0]?.owed).toBe(1);
    bench.durable();
    expect(stored()[1]?.acknowledges).toEqual({ clientType: 'accounts', position: 1 });
    expect(bench.core.views.services()[0]?.owed).toBe(1);
    expect(bench.owed('accounts').map(({ key }) => key)).toEqual(['other']);
  });

  it('may hold nothing but the acknowledgement', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    const effects = bench.publish(1, [], { batchId: 'b', acknowledges: delivery!.delivery });
    expect(ofKind(effects, 'receipt')[0]?.receipts).toEqual([]);
    expect(bench.owed('accounts')).toEqual([]);
  });

  it('is all or nothing, also without "atomic": the delivery stays out if an event is refused', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    const events = [newEvent('a'), newEvent('b', { value: 4 })];
    const acknowledges = delivery!.delivery;
    expect(statuses(bench.publish(1, events, { batchId: 'b', acknowledges }))).toEqual([
      'inconsistent',
      'inconsistent',
    ]);
    expect(statuses(bench.publish(1, [newEvent('a')], { batchId: 'c', acknowledges }))).toEqual(['success']);
  });

  it('is fenced when its delivery is not out at this session, and stores nothing', () => {
    bench.join(1);
    bench.join(2);
    const [delivery] = deliveries(bench.send(9, newEvent('k')), 1);
    const publish = (session: number, batchId: string) =>
      bench.publish(session, [newEvent('a')], { batchId, acknowledges: delivery!.delivery });
    expect(errors(publish(2, 'b'))).toEqual(['fenced']);
    bench.ack(1, delivery!.delivery);
    expect(errors(publish(1, 'c'))).toEqual(['fenced']);
    expect(stored()).toHaveLength(1);
  });

  it('gets its receipts again when it is repeated, although its delivery is no longer out', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    const init = { batchId: 'b', acknowledges: delivery!.delivery };
    const first = receipts(bench.publish(1, [newEvent('a')], init));
    expect(receipts(bench.publish(1, [newEvent('a')], init))).toEqual(first);
  });

  it('keeps its event from being acknowledged, failed, or completed a second time while it is pending', () => {
    bench.join(1);
    const [delivery] = deliveries(bench.send(9, newEvent('k')));
    bench.auto = false;
    const token = delivery!.delivery;
    bench.publish(1, [newEvent('a')], { batchId: 'b', acknowledges: token });
    expect(errors(bench.ack(1, token))).toEqual(['fenced']);
    expect(errors(bench.nack(1, token))).toEqual(['fenced']);
    bench.publish(1, [newEvent('a')], { batchId: 'c', acknowledges: token });
    expect(errors(bench.durable())).toEqual(['fenced']);
  });

  it('lets the next event of a full lane out when it is durable', () => {
    bench = new Bench({ laneInFlightMax: 1 });
    bench.connect(9);
    bench.join(1);
    const [first] = deliveries(bench.send(9, newEvent('k'), newEvent('k')));
    bench.auto = false;
    expect(delivered(bench.publish(1, [], { batchId: 'b', acknowledges: first!.delivery }))).toEqual([]);
    expect(delivered(bench.durable())).toEqual(['k/1@1']);
  });

  it('holds its lane when its session is gone, until its outcome is known', () => {
    bench.join(1, 'accounts', { types: ['Deposited'] });
    const [first] = deliveries(bench.send(9, newEvent('k'), newEvent('k')));
    bench.join(2, 'accounts', { types: ['Deposited'] });
    bench.auto = false;
    bench.publish(1, [newEvent('a', { type: 'Noted' })], { batchId: 'b', acknowledges: first!.delivery });
    expect(delivered(bench.close(1))).toEqual([]);
    expect(delivered(bench.durable())).toEqual(['k/1@2']);
  });

  it('gives its event to another session when it is not kept and its own session is gone', () => {
    bench.join(1, 'accounts', { types: ['Deposited'] });
    const [first] = deliveries(bench.send(9, newEvent('k'), newEvent('k')));
    bench.join(2, 'accounts', { types: ['Deposited'] });
    bench.auto = false;
    bench.publish(1, [newEvent('a', { type: 'Noted' })], { batchId: 'b', acknowledges: first!.delivery });
    bench.close(1);
    expect(delivered(bench.fail())).toEqual(['k/0@2', 'k/1@2']);
  });
});

describe('the correlation of what an old client sends', () => {
  const correlation = '0190a1b2-0000-7000-8000-0000000000ff';
  const answer = newEvent('answer', {
    correlationId: 0xff,
    correlation: '00000000-0000-8000-8000-0000000000ff',
  });

  it('is that of the event with this number that it has out', () => {
    bench.join(1, 'old', { features: [], types: ['Deposited'] });
    bench.send(9, newEvent('k', { correlationId: 0xff, correlation }));
    bench.send(1, answer);
    expect(bench.events().at(-1)?.correlation).toBe(correlation);
  });

  it('is its own when it has no such event out', () => {
    bench.join(1, 'old', { features: [], types: ['Deposited'] });
    const [delivery] = deliveries(bench.send(9, newEvent('k', { correlationId: 0xff, correlation })));
    bench.ack(1, delivery!.delivery);
    bench.send(1, { ...answer, type: 'Noted' });
    expect(bench.events().at(-1)?.correlation).toBe(answer.correlation);
  });

  it('stays what the client says when it says it in full', () => {
    bench.join(1, 'old', { features: [], types: ['Deposited'] });
    bench.send(9, newEvent('k', { correlationId: 0xff, correlation }));
    const own = '0190a1b2-0000-7000-8000-1111000000ff';
    bench.send(1, { ...answer, correlation: own });
    expect(bench.events().at(-1)?.correlation).toBe(own);
  });
});

describe('a batch that is for something only once', () => {
  const send = (batchId: string, value?: number) =>
    bench.publish(1, [newEvent('k', value === undefined ? {} : { value })], {
      batchId,
      once: 'deposit',
      atomic: true,
    });
  beforeEach(() => {
    bench = new Bench();
    bench.join(1, 'accounts', { types: [] });
  });

  it.each([
    ['while it is remembered', {}],
    ['when only the log knows it', { batchCacheMax: 0 }],
  ])('is accepted once, whatever the id; the others are told by which, %s', (_, options) => {
    bench = new Bench(options);
    bench.join(1, 'accounts', { types: [] });
    expect(statuses(send('a'))).toEqual(['success']);
    expect(ofKind(send('b'), 'error')).toMatchObject([
      { code: 'repeated', about: { batchId: 'b', acceptedAs: 'a', position: 1 } },
    ]);
    expect(receipts(send('a'))).toMatchObject([{ status: 'success', position: 1 }]);
    expect(bench.events()).toMatchObject([{ batchId: 'a' }]);
  });

  it('does not count when it is refused, or not kept', () => {
    expect(statuses(send('a', 7))).toEqual(['inconsistent']);
    bench.auto = false;
    send('b');
    send('c');
    expect(errors(bench.fail())).toEqual(['store_unavailable', 'overloaded']);
    bench.auto = true;
    bench.pass(100);
    expect(statuses(send('d'))).toEqual(['success']);
    expect(errors(send('e'))).toEqual(['repeated']);
  });

  it('is another one for another client type', () => {
    send('a');
    bench.join(2, 'users', { types: [] });
    const effects = bench.publish(2, [newEvent('k')], { batchId: 'b', once: 'deposit' });
    expect(statuses(effects)).toEqual(['success']);
  });
});

it('a partly refused batch gets its first answer again from the log, also where its events are alike', () => {
  bench = new Bench({ batchCacheMax: 0 });
  bench.join(1, 'accounts', { types: [] });
  bench.send(1, newEvent('s'));
  const send = () =>
    receipts(bench.publish(1, [newEvent('s', { seen: -1 }), newEvent('s')], { batchId: 'b' }));
  const first = send();
  // Remembered instead of the first.
  bench.publish(1, [newEvent('t')], { batchId: 'other' });
  expect(first.map(({ status }) => status)).toEqual(['inconsistent', 'success']);
  expect(send()).toEqual(first);
});

describe('a log that cannot be read', () => {
  it('fails the batch that needs it, and no other: it may come again', () => {
    bench.publish(9, [newEvent('known')], { batchId: 'first' });
    bench.unreadable = true;
    for (const batch of [{ batchId: 'b' }, { batchId: 'c', once: 'o' }, {}])
      expect(errors(bench.publish(9, [newEvent('k')], batch))).toEqual(['store_unavailable']);
    expect(statuses(bench.publish(9, [newEvent('known')]))).toEqual(['success']);
    bench.unreadable = false;
    expect(statuses(bench.publish(9, [newEvent('k')], { batchId: 'b' }))).toEqual(['success']);
    expect(stored().map(({ events }) => events.map(({ key, value }) => `${key}/${value}`))).toEqual([
      ['known/0'],
      ['known/1'],
      ['k/0'],
    ]);
  });
});
