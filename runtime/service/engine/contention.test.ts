import { describe, expect, it } from 'vitest';
import { Contention, type Hold } from './contention.js';
import { Job, Overdue } from './job.js';
import { VirtualTime } from './testing/virtual-time.js';

const time = new VirtualTime(0);
const newJob = (limitMs = 1_000) =>
  new Job({ clock: time, timers: time, sleep: (ms) => time.sleep(ms) }, limitMs);

function answer(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let [resolve, reject] = [() => {}, (_: Error) => {}];
  const promise = new Promise<void>((resolves, rejects) => {
    [resolve, reject] = [resolves, rejects];
  });
  return { promise, resolve, reject };
}

/** Whether its turn has come by now. */
async function hasTurn(turn: Promise<void>): Promise<boolean> {
  let has = false;
  void turn.then(() => {
    has = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return has;
}

describe('contenders', () => {
  it('take all names or none', () => {
    const contention = new Contention();
    const [first, second, third] = [contention.hold(), contention.hold(), contention.hold()] as [
      Hold,
      Hold,
      Hold,
    ];
    expect(first.take(['a', 'b'])).toBe(true);
    expect(second.take(['b', 'c'])).toBe(false);
    expect(third.take(['c'])).toBe(true);
    expect(first.take(['a'])).toBe(true);
  });

  it('come in turn, first come, first served', async () => {
    const contention = new Contention();
    const [first, second, third] = [contention.hold(), contention.hold(), contention.hold()] as [
      Hold,
      Hold,
      Hold,
    ];
    first.take(['a']);
    const secondTurn = second.queue(['a'], newJob());
    const thirdTurn = third.queue(['a'], newJob());
    expect(await hasTurn(secondTurn)).toBe(false);
    first.release();
    expect(await hasTurn(secondTurn)).toBe(true);
    expect(await hasTurn(thirdTurn)).toBe(false);
    second.release();
    expect(await hasTurn(thirdTurn)).toBe(true);
  });

  it('never wait for each other, in whatever order they name what they need', async () => {
    const contention = new Contention();
    const [first, second] = [contention.hold(), contention.hold()] as [Hold, Hold];
    first.take(['a']);
    second.take(['b']);
    const turns = [first.queue(['b'], newJob()), second.queue(['a'], newJob())];
    void turns[0]?.then(() => first.release());
    void turns[1]?.then(() => second.release());
    await expect(Promise.all(turns)).resolves.toBeDefined();
  });

  it('leave the queue when their time is up', async () => {
    const contention = new Contention();
    const [first, second, third] = [contention.hold(), contention.hold(), contention.hold()] as [
      Hold,
      Hold,
      Hold,
    ];
    first.take(['a']);
    const late = second.queue(['a'], newJob(10)).finally(() => second.release());
    const turn = third.queue(['a'], newJob());
    await Promise.all([expect(late).rejects.toThrow(Overdue), time.pass(20)]);
    first.release();
    expect(await hasTurn(turn)).toBe(true);
  });

  it('know which accepted event of a key is not applied yet, until it is', () => {
    const contention = new Contention();
    contention.noteAccepted('a', 4);
    contention.noteAccepted('a', 3);
    expect(contention.missing('a', 3)).toBe(4);
    expect(contention.missing('b', 3)).toBeUndefined();
    expect(contention.missing('a', 4)).toBeUndefined();
    expect(contention.missing('a', 3)).toBeUndefined();
  });

  it('wait for the newest batch of a key that the bus has not judged, also if it is refused', async () => {
    const contention = new Contention();
    const first = answer();
    const second = answer();
    contention.noteSent(['a', 'b'], first.promise);
    contention.noteSent(['a'], second.promise);
    const turn = contention.judged('a') as Promise<void>;
    first.resolve();
    expect(await hasTurn(turn)).toBe(false);
    expect(contention.judged('b')).toBeUndefined();
    second.reject(new Error('refused'));
    expect(await hasTurn(turn)).toBe(true);
    expect(contention.judged('a')).toBeUndefined();
  });
});

describe('what the bus has accepted', () => {
  it('is remembered of the newest keys only: a service may send of a new key each time, for months', () => {
    const contention = new Contention();
    contention.noteAccepted('first', 3);
    for (let n = 0; n < 20_000; n++) contention.noteAccepted(`key ${n}`, 0);
    contention.noteAccepted('again', 3);
    expect(contention.missing('first', 2)).toBeUndefined();
    contention.noteAccepted('again', 1);
    expect(contention.missing('again', 2)).toBe(3);
  });
});
