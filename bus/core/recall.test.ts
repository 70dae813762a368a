import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, delivered, deliveries, errors, newEvent, ofKind } from './testing/bench.js';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
  bench.connect(9);
});

const send = (...keys: string[]) => bench.send(9, ...keys.map((key) => newEvent(key)));
const recall = (sessionId: number) => bench.apply({ kind: 'recall', sessionId });
const answered = (effects: ReturnType<Bench['apply']>) => ofKind(effects, 'recalled').map((e) => e.sessionId);

/** The one that asks wants no events. */
function join(...holders: number[]): void {
  for (const id of holders) bench.join(id);
  bench.join(3, 'accounts', { maxInFlight: 0 });
}

describe('[P56] a recall', () => {
  it('takes back what is out at every session of the client type: it comes again, and its former tokens are fenced', () => {
    join(1, 2);
    const out = deliveries(send('a', 'b', 'a'));
    const effects = recall(3);
    expect(answered(effects)).toEqual([3]);
    expect(delivered(effects).sort()).toEqual(['a/0@1', 'a/1@1', 'b/0@2']);
    for (const { delivery } of out)
      expect(errors(bench.ack(Number(delivery.split('.')[0]), delivery))).toEqual(['fenced']);
    expect(bench.owed('accounts')).toHaveLength(3);
    for (const { delivery } of deliveries(effects)) bench.ack(Number(delivery.split('.')[0]), delivery);
    expect(bench.owed('accounts')).toEqual([]);
  });

  it('leaves other client types alone', () => {
    join(1);
    bench.join(4, 'users');
    const [, users] = deliveries(send('a'));
    expect(delivered(recall(3))).toEqual(['a/0@1']);
    expect(errors(bench.ack(4, users!.delivery))).toEqual([]);
  });

  it('refuses the batch that completes what was taken back', () => {
    join(1);
    const [out] = deliveries(send('a'));
    recall(3);
    expect(errors(bench.publish(1, [newEvent('b')], { acknowledges: out!.delivery }))).toEqual(['fenced']);
  });

  it('does not send again what a batch on its way to the disk completes', () => {
    join(1);
    const [out] = deliveries(send('a', 'a'));
    bench.auto = false;
    bench.publish(1, [], { acknowledges: out!.delivery, batchId: 'b' });
    expect(delivered(recall(3))).toEqual([]);
    expect(delivered(bench.durable())).toEqual(['a/1@1']);
  });

  it('is answered when what was acknowledged before is on the disk, also if the disk had to be asked twice', () => {
    join(1);
    const [first, second] = deliveries(send('a', 'b'));
    bench.auto = false;
    bench.ack(1, first!.delivery);
    bench.ack(1, second!.delivery);
    expect(answered(recall(3))).toEqual([]);
    expect(answered(bench.fail())).toEqual([]);
    expect(answered(bench.pass(100))).toEqual([]);
    expect(answered(bench.durable())).toEqual([3]);
    expect(bench.owed('accounts')).toEqual([]);
  });

  it('answers a drain that waited for what is taken back', () => {
    join(1, 2);
    send('a');
    expect(ofKind(bench.apply({ kind: 'drain', sessionId: 1 }), 'drained')).toEqual([]);
    const effects = recall(3);
    expect(ofKind(effects, 'drained').map(({ sessionId }) => sessionId)).toEqual([1]);
    expect(delivered(effects)).toEqual(['a/0@2']);
  });

  it('needs a registration', () => {
    expect(errors(recall(9))).toEqual(['not_registered']);
  });
});
