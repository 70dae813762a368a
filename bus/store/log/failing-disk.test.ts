import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Records } from '../testing/samples.js';
import type { WritableFile } from './log-file.js';
import type { LogStore } from './log-store.js';
import { TemporaryLog } from './testing/temporary-log.js';
import { verify } from './verify.js';

/** A disk that fails when it is told to. What a failed flush leaves in the file stays there. */
class FailingDisk {
  /** bytes that still go in; then writes stop short, and after that fail */
  room = Number.POSITIVE_INFINITY;
  flushFails = false;
  truncateFails = false;
  opened = 0;

  readonly openFile = async (path: string): Promise<WritableFile> => {
    this.opened += 1;
    const file = await open(path, 'r+');
    return {
      write: async (bytes, offset, length, position) => {
        if (this.room === 0)
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        const fits = Math.min(length, this.room);
        this.room -= fits;
        return file.write(bytes, offset, fits, position);
      },
      datasync: async () => {
        if (this.flushFails) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        await file.datasync();
      },
      truncate: async (length) => {
        if (this.truncateFails) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        await file.truncate(length);
      },
      read: (bytes, offset, length, position) => file.read(bytes, offset, length, position),
      close: () => file.close(),
    };
  };
}

describe('a disk that fails', () => {
  let log: TemporaryLog;
  let disk: FailingDisk;
  let store: LogStore;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    disk = new FailingDisk();
    store = await log.open({ openFile: disk.openFile });
    await store.append(new Records().batches(3));
  });

  afterEach(() => log.remove());

  /** a batch whose event stands at the position */
  const at = (position: number) => ({
    kind: 'batch' as const,
    sender: '',
    events: [{ ...new Records().event(), position, value: position - 1, time: Date.UTC(2027, 0, 1) }],
  });

  async function expectWhole(events: number): Promise<void> {
    expect((await store.read({ limit: 100 })).events).toHaveLength(events);
    await store.close();
    expect(await verify(log.directory)).toMatchObject({
      events,
      unfinishedBytes: 0,
      indexedPosition: events,
    });
  }

  it.each([0, 1, 50, 200])(
    'that is full after %i more bytes keeps nothing of the append, and takes the next when there is room',
    async (room) => {
      disk.room = room;
      await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
      expect((await store.read({ limit: 100 })).events).toHaveLength(3);
      expect(store.keyState('acc-1')?.head).toBe(2);
      await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
      disk.room = Number.POSITIVE_INFINITY;
      await store.append([at(4)]);
      await expectWhole(4);
    },
  );

  it('fails every append that was made before the failure was known, and only those', async () => {
    disk.room = 0;
    const outcomes = await Promise.allSettled([4, 5, 6].map((position) => store.append([at(position)])));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    disk.room = Number.POSITIVE_INFINITY;
    await store.append([at(4)]);
    await expectWhole(4);
  });

  it('fails a group with those that came while it was being written', async () => {
    disk.room = 10;
    const first = store.append([at(4)]);
    const later = first.catch(() => store.append([at(4)]));
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await expect(later).rejects.toMatchObject({ code: 'unavailable' });
    disk.room = Number.POSITIVE_INFINITY;
    await store.append([at(4)]);
    await expectWhole(4);
  });

  it('whose flush fails keeps nothing of what was written: the file is opened anew and cut back', async () => {
    disk.flushFails = true;
    const opened = disk.opened;
    await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    disk.flushFails = false;
    await store.append([{ ...at(4), batchId: 'second try' }]);
    expect(disk.opened).toBeGreaterThan(opened);
    expect(store.batch('', 'second try')).toHaveLength(1);
    await expectWhole(4);
  });

  it('whose flush fails leaves nothing of it for the next start to find', async () => {
    disk.flushFails = true;
    await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    await store.close();
    store = await log.open();
    await expectWhole(3);
  });

  it('that can be cut back only when it is closed leaves nothing either', async () => {
    disk.flushFails = true;
    disk.truncateFails = true;
    await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    disk.truncateFails = false;
    await store.close();
    store = await log.open();
    await expectWhole(3);
  });

  it('that cannot even be cut back takes nothing until it can', async () => {
    disk.room = 100;
    disk.truncateFails = true;
    for (let n = 0; n < 3; n += 1)
      await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    disk.room = Number.POSITIVE_INFINITY;
    await expect(store.append([at(4)])).rejects.toMatchObject({ code: 'unavailable' });
    disk.truncateFails = false;
    await store.append([at(4)]);
    await expectWhole(4);
  });
});
