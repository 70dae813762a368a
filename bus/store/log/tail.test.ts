import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../event-store.js';
import { ack, parked, Records, subscription } from '../testing/samples.js';
import { segmentPath } from './segments.js';
import { checkTail } from './tail.js';
import { TemporaryLog } from './testing/temporary-log.js';

describe('the check of the tail', () => {
  let log: TemporaryLog;
  let path: string;
  let whole: Buffer;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    path = segmentPath(log.directory, 1);
    const make = new Records();
    await log.write([
      [subscription('loyalty', ['*']), { kind: 'started', incarnation: 1, time: 1 }],
      [make.batch({ owedTo: ['loyalty'] }, { key: 'acc-2' })],
      [ack('loyalty', 1), parked('loyalty', 2)],
      [{ ...make.batch({ data: `"${'ü'.repeat(300)}"` }), batchId: 'b-1' }],
    ]);
    whole = readFileSync(path);
  });

  afterEach(() => log.remove());

  it('finds the end of a whole log', () => {
    expect(checkTail(log.directory)).toMatchObject({
      end: { block: 4, position: 3, offset: whole.length },
      tornBytes: 0,
    });
  });

  it('finds a log cut at any byte of its last two blocks to end with the last whole block', () => {
    const ends = log.blocks().map(({ end }) => end);
    for (let size = whole.length; size > ends[1]!.offset; size -= 1) {
      truncateSync(path, size);
      const expected = ends.findLast(({ offset }) => offset <= size)!;
      expect(checkTail(log.directory)).toMatchObject({ end: expected, tornBytes: size - expected.offset });
    }
  });

  it('refuses a log with any one bit changed, and says where', () => {
    const said = /the log is damaged: .*00000001\.segment, offset \d+, behind position \d+: /;
    for (let at = 0; at < whole.length; at += 1)
      withBitChanged(path, at, at % 8, () => {
        const outcome = endOf(log);
        if (!said.test(String(outcome))) expect.fail(`byte ${at}: ${outcome}`);
      });
  });

  it('refuses or cuts a log that was cut and has a bit changed in what is left: it never takes changed bytes for whole', () => {
    const before = log.blocks().at(-1)!.offset;
    for (let size = whole.length - 1; size > before; size -= 23) {
      truncateSync(path, size);
      for (let at = before; at < size; at += 13)
        withBitChanged(path, at, at % 8, () => {
          const outcome = endOf(log);
          if (outcome !== before && !/damaged/.test(String(outcome)))
            expect.fail(`cut at ${size}, byte ${at}: ${outcome}`);
        });
      writeFileSync(path, whole);
    }
  });

  it('takes a last block with a sector of zeros for torn, wherever the sector is', () => {
    const { offset, end } = log.blocks().at(-1)!;
    for (let sector = Math.floor(offset / 512) * 512; sector < end.offset; sector += 512) {
      const torn = Buffer.from(whole);
      torn.fill(0, Math.max(sector, offset), Math.min(sector + 512, end.offset));
      writeFileSync(path, torn);
      expect(checkTail(log.directory)?.end).toMatchObject({ block: 3, position: 2, offset });
    }
  });

  it('refuses a sector of zeros that another block follows, also where it hides a header', async () => {
    const store = await log.open();
    await store.append([ack('loyalty', 3)]);
    await store.close();
    const longer = readFileSync(path);
    const { offset, end } = log.blocks()[3]!;
    for (const from of [offset, Math.ceil(offset / 512) * 512]) {
      const changed = Buffer.from(longer);
      changed.fill(0, from, Math.min(Math.floor(from / 512) * 512 + 512, end.offset));
      writeFileSync(path, changed);
      expect(() => checkTail(log.directory)).toThrow(/is damaged/);
    }
  });

  it('refuses what follows the last block and is none', () => {
    writeFileSync(path, Buffer.concat([whole, Buffer.from('not a block at all')]));
    expect(() => checkTail(log.directory)).toThrow(/is damaged/);
    writeFileSync(path, Buffer.concat([whole, whole.subarray(log.blocks.length)]));
    expect(() => checkTail(log.directory)).toThrow(/is damaged/);
  });
});

/** Where the log is found to end, or why it is refused. */
function endOf(log: TemporaryLog): number | string {
  try {
    return checkTail(log.directory)!.end.offset;
  } catch (error) {
    if (error instanceof StoreError) return error.message;
    throw error;
  }
}

/** In place: writing thousands of files anew would take minutes. */
function withBitChanged(path: string, at: number, bit: number, look: () => void): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  const flip = (): void => {
    readSync(file, byte, 0, 1, at);
    byte[0]! ^= 1 << bit;
    writeSync(file, byte, 0, 1, at);
  };
  try {
    flip();
    look();
    flip();
  } finally {
    closeSync(file);
  }
}

describe('the check of segments', () => {
  let log: TemporaryLog;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    const make = new Records();
    await log.write(
      Array.from({ length: 12 }, () => [make.batch({})]),
      { segmentBytesMax: 600 },
    );
  });

  afterEach(() => log.remove());

  it('follows them to the end', () => {
    expect(checkTail(log.directory)?.end).toMatchObject({ block: 12, position: 12 });
    expect(checkTail(log.directory)!.end.segment).toBeGreaterThan(3);
  });

  it('refuses a missing one, whichever it is', () => {
    const { segment } = checkTail(log.directory)!.end;
    for (let number = 1; number < segment; number += 1) {
      const path = segmentPath(log.directory, number);
      renameSync(path, `${path}.away`);
      expect(() => checkTail(log.directory)).toThrow(/missing/);
      renameSync(`${path}.away`, path);
    }
    expect(checkTail(log.directory)?.end.position).toBe(12);
  });

  it('refuses one that was cut although others follow it', () => {
    const { segment } = checkTail(log.directory)!.end;
    for (let number = 1; number < segment; number += 1) {
      const path = segmentPath(log.directory, number);
      const whole = readFileSync(path);
      truncateSync(path, whole.length - 8);
      expect(() => checkTail(log.directory)).toThrow(/is damaged/);
      writeFileSync(path, whole);
    }
  });

  it('refuses two that changed places, and one of another log', async () => {
    const [one, two] = [segmentPath(log.directory, 2), segmentPath(log.directory, 3)];
    renameSync(one, `${one}.away`);
    renameSync(two, one);
    renameSync(`${one}.away`, two);
    expect(() => checkTail(log.directory)).toThrow(/this is segment 3/);
    rmSync(one);
    const other = await TemporaryLog.create();
    const make = new Records();
    await other.write(
      Array.from({ length: 12 }, () => [make.batch({})]),
      { segmentBytesMax: 600 },
    );
    writeFileSync(one, readFileSync(segmentPath(other.directory, 2)));
    await other.remove();
    expect(() => checkTail(log.directory)).toThrow(/is damaged/);
  });

  it('finds nothing where there is no log', async () => {
    const empty = await TemporaryLog.create();
    expect(checkTail(empty.directory)).toBeUndefined();
    await empty.remove();
  });
});
