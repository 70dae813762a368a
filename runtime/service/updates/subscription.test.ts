import { beforeEach, describe, expect, it } from 'vitest';
import { Outgoing, type ReadPage, Subscription } from './subscription.js';

const PAGE = 100;

/** What the state holds of the topic: updates 1 to `newest`, given in pages. */
let newest: number;
let sent: number[];
let full: boolean;
let wake: () => void;
let reads: number;

beforeEach(() => {
  [newest, sent, full, wake, reads] = [0, [], false, () => {}, 0];
});

const outlet = {
  send: (frame: Buffer) => void sent.push(JSON.parse(String(frame)).cursor),
  room: async () => {
    if (full) await new Promise<void>((resolve) => (wake = resolve));
  },
};

const read: ReadPage = async (after) => {
  reads++;
  const first = Math.max(after, 0) + 1;
  const count = Math.max(0, Math.min(PAGE, newest - first + 1));
  return Array.from({ length: count }, (_, n) => ({ cursor: first + n, data: {} }));
};

/** An update is in the state before it is published. */
function happens(subscription: Subscription): void {
  newest++;
  subscription.live(new Outgoing({ topic: 't', cursor: newest, data: {} }));
}

async function resumed(after: number, reader: ReadPage = read): Promise<Subscription> {
  const subscription = new Subscription('t', outlet, after);
  subscription.hold();
  await subscription.resume(reader, () => {});
  return subscription;
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('a subscription', () => {
  it('without a cursor gets what is published from now on', () => {
    newest = 5;
    const subscription = new Subscription('t', outlet, undefined);
    happens(subscription);
    happens(subscription);
    expect(sent).toEqual([6, 7]);
  });

  it('sends nothing twice and nothing backwards', () => {
    const subscription = new Subscription('t', outlet, 5);
    for (const cursor of [5, 6, 6, 4, 8]) subscription.live(new Outgoing({ topic: 't', cursor, data: {} }));
    expect(sent).toEqual([6, 8]);
  });

  it('that resumes gets every page, then what is live', async () => {
    newest = 250;
    happens(await resumed(-1));
    expect(sent).toEqual(upTo(251));
    expect(reads).toBe(4);
  });

  it.each([
    ['before the page is read', true],
    ['after the page is read', false],
  ])('loses and doubles nothing that is published %s', async (_, before) => {
    newest = 3;
    const subscription = new Subscription('t', outlet, 1);
    subscription.hold();
    await subscription.resume(
      async (after) => {
        if (before && newest < 20) happens(subscription);
        const page = await read(after);
        if (!before && newest < 20) happens(subscription);
        return page;
      },
      () => {},
    );
    happens(subscription);
    expect(sent).toEqual(upTo(newest, 2));
  });

  it('holds a bounded number of live updates: above it, they are read again', async () => {
    const subscription = new Subscription('t', outlet, 0);
    subscription.hold();
    await subscription.resume(
      async (after) => {
        const page = await read(after);
        if (reads === 1) for (let n = 0; n < 1000; n++) happens(subscription);
        return page;
      },
      () => {},
    );
    expect(sent).toEqual(upTo(1000));
  });

  it('sends no faster than its client reads', async () => {
    [newest, full] = [PAGE, true];
    const resuming = resumed(0);
    await new Promise(setImmediate);
    expect(sent).toEqual([1]);
    full = false;
    wake();
    await resuming;
    expect(sent).toEqual(upTo(PAGE));
  });

  it('that has ended while it resumes sends nothing more', async () => {
    newest = 5;
    const subscription = new Subscription('t', outlet, 0);
    subscription.hold();
    let begun = false;
    await subscription.resume(
      async (after) => {
        subscription.end();
        return read(after);
      },
      () => {
        begun = true;
      },
    );
    happens(subscription);
    expect([begun, sent]).toEqual([false, []]);
  });
});

it('an update is turned into bytes once, for however many subscribers', () => {
  let encodings = 0;
  const data = { toJSON: () => ++encodings } as never;
  const update = new Outgoing({ topic: 't', cursor: 1, data });
  for (let n = 0; n < 3; n++) new Subscription('t', outlet, undefined).live(update);
  expect([sent, encodings]).toEqual([[1, 1, 1], 1]);
});
