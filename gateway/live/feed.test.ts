import { describe, expect, it } from 'vitest';
import { Feed, type Watcher } from './feed.js';
import type { Upstream } from './upstream.js';

/** Instances that only keep what they are asked. */
function instance(asked: [string, number][], name: string): Upstream {
  return { subscribe: (_: string, after: number) => asked.push([name, after]) } as unknown as Upstream;
}

function feedOf({ gapless = true, instances = ['a', 'b'] } = {}) {
  const asked: [string, number][] = [];
  const open = instances.map((name) => instance(asked, name));
  const feed = new Feed({ clientType: 'accounts', name: 'account:1', gapless }, 8, () => open);
  return { feed, asked, open };
}

function watcher(cursor: number): Watcher & { got: number[] } {
  const got: number[] = [];
  return { cursor, got, deliver: (update) => got.push(update.cursor) };
}

describe('a feed', () => {
  it('is subscribed at every instance, after what its first watcher has', () => {
    const { feed, asked } = feedOf();
    feed.add(watcher(4));
    expect(asked).toEqual([
      ['a', 4],
      ['b', 4],
    ]);
  });

  it('gives each update once, whoever says it', () => {
    const { feed } = feedOf();
    const one = watcher(0);
    feed.add(one);
    for (const cursor of [1, 1, 2, 1, 2, 3]) feed.receive(cursor, null);
    expect(one.got).toEqual([1, 2, 3]);
  });

  it('puts into order what two instances say in another one, and asks for what is missing', () => {
    const { feed, asked } = feedOf();
    const one = watcher(0);
    feed.add(one);
    asked.length = 0;
    feed.receive(1, null);
    feed.receive(3, null);
    expect(one.got).toEqual([1]);
    expect(asked).toEqual([['a', 1]]);
    feed.receive(2, null);
    expect(one.got).toEqual([1, 2, 3]);
  });

  it('asks again for what came up while it was asking, and not before it is answered', () => {
    const { feed, asked, open } = feedOf();
    feed.add(watcher(0));
    asked.length = 0;
    feed.receive(2, null);
    feed.receive(4, null);
    expect(asked).toEqual([['a', 0]]);
    feed.receive(1, null);
    feed.subscribed(open[0]!, true);
    expect(asked).toEqual([
      ['a', 0],
      ['a', 2],
    ]);
  });

  it('reads for a later watcher what that one does not have, and gives it to nobody twice', () => {
    const { feed, asked } = feedOf();
    const [early, late] = [watcher(2), watcher(2)];
    feed.add(early);
    for (let cursor = 3; cursor <= 20; cursor++) feed.receive(cursor, null);
    asked.length = 0;
    feed.add(late);
    expect(asked).toEqual([['a', 2]]);
    for (let cursor = 3; cursor <= 21; cursor++) feed.receive(cursor, null);
    const all = Array.from({ length: 19 }, (_, n) => n + 3);
    expect([early.got, late.got]).toEqual([all, all]);
  });

  it('is not deafened by a watcher that claims to have what there is not yet', () => {
    const { feed, asked } = feedOf();
    feed.add(watcher(1_000_000));
    asked.length = 0;
    feed.add(watcher(0));
    expect(asked).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
  });

  it('asks nothing for a watcher that has everything, or whose next is here', () => {
    const { feed, asked } = feedOf();
    feed.add(watcher(2));
    asked.length = 0;
    feed.receive(3, null);
    const [current, behind] = [watcher(3), watcher(2)];
    feed.add(current);
    feed.add(behind);
    expect([current.got, behind.got, asked]).toEqual([[], [3], []]);
  });

  it('asks another instance when one is lost: it may have taken an update with it', () => {
    const { feed, asked, open } = feedOf();
    feed.add(watcher(7));
    asked.length = 0;
    const [gone] = open.splice(0, 1);
    feed.lost(gone!);
    expect(asked).toEqual([['b', 7]]);
  });

  it('does not wait for ever for the answer of an instance that is lost', () => {
    const { feed, asked, open } = feedOf();
    feed.add(watcher(0));
    feed.receive(2, null);
    asked.length = 0;
    const [gone] = open.splice(0, 1);
    feed.lost(gone!);
    expect(asked).toEqual([['b', 0]]);
  });

  it('does not hold back what follows a gap that nobody can fill', () => {
    const { feed, open } = feedOf();
    const one = watcher(0);
    feed.add(one);
    feed.subscribed(open[0]!, false);
    feed.receive(5, null);
    feed.receive(4, null);
    expect(one.got).toEqual([5]);
  });

  it('lets cursors jump in a topic that may have gaps', () => {
    const { feed } = feedOf({ gapless: false });
    const one = watcher(-1);
    feed.add(one);
    feed.receive(1, null);
    feed.receive(1, null);
    expect(one.got).toEqual([1]);
  });
});
