/** The data file of a state is changed while no service runs: nobody ever reads from it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../common/clock.js';
import { seededRandom } from '../../../common/random.js';
import { BOOT_FILE, THIS_BOOT } from './boot.js';
import { LmdbStore } from './lmdb-store.js';

const ENTRIES = 300;
let directory: string;
let reasons: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'damaged-'));
  reasons = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = () => join(directory, 'accounts', 'data.mdb');
const store = () => new LmdbStore(directory, 'accounts', systemClock, (reason) => reasons.push(reason));

async function fill(): Promise<void> {
  const filled = store();
  const writes = Array.from({ length: ENTRIES }, (_, n) => {
    return { op: 'set', space: 'data', key: `key-${n}`, text: `${n}`.repeat(40) } as const;
  });
  await filled.commit({ expect: [], writes });
  await filled.close();
}

async function keys(): Promise<number> {
  const found = store();
  await found.open();
  const { length } = found.keys('*');
  await found.close();
  return length;
}

describe('a stopped state', () => {
  it('is there as it was left, start after start', async () => {
    await fill();
    expect([await keys(), await keys(), reasons]).toEqual([ENTRIES, ENTRIES, []]);
  });

  it('is thrown away, and it is said why, if any byte of it has changed', async () => {
    const random = seededRandom(11);
    for (let round = 0; round < 40; round += 1) {
      await fill();
      const bytes = readFileSync(file());
      const at = random.int(bytes.length);
      bytes[at] = bytes[at]! ^ (1 + random.int(255));
      writeFileSync(file(), bytes);
      expect({ at, keys: await keys() }).toEqual({ at, keys: 0 });
    }
    expect(reasons).toHaveLength(40);
    expect(reasons[0]).toMatch(/not what was left/);
  });

  it('is thrown away if its file was cut, wherever', async () => {
    const random = seededRandom(12);
    for (let round = 0; round < 20; round += 1) {
      await fill();
      const bytes = readFileSync(file());
      writeFileSync(file(), bytes.subarray(0, round === 0 ? 0 : random.int(bytes.length)));
      expect(await keys()).toBe(0);
    }
    expect(reasons).toHaveLength(20);
  });

  it('is not thrown away by one who opens it while another writes', async () => {
    await fill();
    const [one, other] = [store(), store()];
    await one.open();
    await one.commit({ expect: [], writes: [{ op: 'set', space: 'data', key: 'more', text: '1' }] });
    await other.open();
    expect(other.get('data', 'more')).toBe('1');
    await one.close();
    expect(other.get('data', 'more')).toBe('1');
    await other.commit({ expect: [], writes: [{ op: 'set', space: 'data', key: 'most', text: '1' }] });
    await other.close();
    expect([await keys(), reasons]).toEqual([ENTRIES + 2, []]);
  });
});

describe.skipIf(THIS_BOOT === undefined)('the state of a killed service', () => {
  /** A page, and what a state without entries has. */
  const [PAGE, EMPTY] = [4096, 8192];

  it.each([
    ['is cut within its first page', (bytes: Buffer) => bytes.subarray(0, 100)],
    ['is cut behind its first page', (bytes: Buffer) => bytes.subarray(0, PAGE)],
    ['begins with something else', (bytes: Buffer) => bytes.fill(7, 0, EMPTY)],
    ['has lost its second page', (bytes: Buffer) => bytes.fill(0, PAGE, EMPTY)],
    ['is of another format', (bytes: Buffer) => bytes.fill(1, 28, 29)],
  ])('is thrown away, and it is said why, if its file %s', async (_, change) => {
    await fill();
    // as kill -9 leaves it
    writeFileSync(join(directory, 'accounts', BOOT_FILE), THIS_BOOT!);
    writeFileSync(file(), change(readFileSync(file())));
    expect(await keys()).toBe(0);
    expect(reasons).toEqual(['its file does not begin as a state does']);
  });
});
