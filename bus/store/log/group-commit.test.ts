import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../event-store.js';
import { Records } from '../testing/samples.js';
import { GroupCommit } from './group-commit.js';

/** A group commit whose flushes end when the test says so. */
function harness({ groupBytesMax = 1e6, room = async () => {} } = {}) {
  const groups: (readonly LogRecord[])[] = [];
  const endings: { end(): void; fail(): void }[] = [];
  let last = 0;
  const group = new GroupCommit({
    groupBytesMax,
    room,
    lastPosition: () => last,
    commit: (records) => {
      groups.push(records);
      return new Promise((resolve, reject) => {
        endings.push({
          end: () => {
            last += records.length;
            resolve();
          },
          fail: () => reject(new Error('the disk is gone')),
        });
      });
    },
  });
  return { group, groups, endings };
}

describe('group commit', () => {
  it('joins the appends of a turn, and those that come while a flush is under way', async () => {
    const { group, groups, endings } = harness();
    const [a, b, c, d] = new Records().batches(4);
    const first = [group.append([a!]), Promise.resolve().then(() => group.append([b!]))];
    await expect.poll(() => groups).toEqual([[a, b]]);
    const second = [group.append([c!]), group.append([d!])];
    await nextTurn();
    expect(groups).toHaveLength(1);
    endings[0]!.end();
    await Promise.all(first);
    await expect
      .poll(() => groups)
      .toEqual([
        [a, b],
        [c, d],
      ]);
    endings[1]!.end();
    await Promise.all(second);
    await group.idle();
  });

  it('divides what waits into groups of bounded size, and never one append', async () => {
    const { group, groups, endings } = harness({ groupBytesMax: 1200 });
    const batches = new Records().batches(6);
    const all = [
      group.append(batches.slice(0, 4)),
      group.append(batches.slice(4, 5)),
      group.append(batches.slice(5)),
    ];
    for (const size of [4, 2]) {
      await expect.poll(() => groups.at(-1)?.length).toBe(size);
      endings.at(-1)!.end();
    }
    await Promise.all(all);
    expect(groups).toHaveLength(2);
  });

  it('refuses with a failed group everything that waits, and nothing that comes later', async () => {
    const { group, groups, endings } = harness();
    const [a, b] = new Records().batches(2);
    const first = group.append([a!]).catch((error: Error) => error.message);
    await expect.poll(() => groups).toHaveLength(1);
    const second = group.append([b!]).catch((error: Error) => error.message);
    endings[0]!.fail();
    expect(await Promise.all([first, second])).toEqual(
      Array(2).fill('the log cannot be written: the disk is gone'),
    );
    const third = group.append([a!]);
    await expect.poll(() => groups).toEqual([[a], [a]]);
    endings[1]!.end();
    await third;
  });

  it('takes an append made at the very moment at which the one before is answered', async () => {
    const { group, groups, endings } = harness();
    const batches = new Records().batches(50);
    for (const [n, batch] of batches.entries()) {
      const appended = group.append([batch]);
      await expect.poll(() => groups.length, { interval: 1 }).toBe(n + 1);
      endings[n]!.end();
      await appended;
      for (let microtasks = 0; microtasks < n % 7; microtasks += 1) await null;
    }
    expect(groups).toHaveLength(50);
  });

  it('waits for room, and refuses what waits when there will be none', async () => {
    let answer: { resolve(): void; reject(error: Error): void } | undefined;
    const { group, groups, endings } = harness({
      room: () =>
        new Promise<void>((resolve, reject) => {
          answer = { resolve, reject };
        }),
    });
    const [a] = new Records().batches(1);
    const refused = group.append([a!]).catch((error: Error) => error.message);
    await expect.poll(() => answer).toBeDefined();
    expect(groups).toEqual([]);
    answer!.reject(new Error('no room'));
    expect(await refused).toBe('the log cannot be written: no room');
    answer = undefined;
    const taken = group.append([a!]);
    await expect.poll(() => answer).toBeDefined();
    answer!.resolve();
    await expect.poll(() => groups).toHaveLength(1);
    endings[0]!.end();
    await taken;
  });
});
