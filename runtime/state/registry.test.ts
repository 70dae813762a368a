import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/log.js';
import { openState, parseStateSpec } from './registry.js';

describe('The state stores by name', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'state-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['', /unknown state store/],
    ['lmdb:x', /use embedded:DIR, memory or redis:/],
    ['memory:', /unknown state store/],
    ['embedded:', /needs a directory/],
    ['embedded', /unknown state store/],
    ['redis:', /names no host|not readable/],
    ['redis://', /names no host|not readable/],
    ['redis://:secret@host:port/0', /not readable/],
    ['redis://u:secret@host:6379/accounts', /a number, not "accounts"/],
  ])('%j is refused with words that help and no secret', async (spec, words) => {
    expect(() => parseStateSpec(spec)).toThrow(words);
    expect(() => parseStateSpec(spec)).not.toThrow(/secret/);
    await expect(openState(spec, 'accounts', silentLogger)).rejects.toThrow(words);
  });

  it('opens each kind', async () => {
    expect(parseStateSpec('redis://localhost')).toMatchObject({ kind: 'redis' });
    expect(parseStateSpec('rediss://u:p@localhost:1/2')).toMatchObject({ kind: 'redis' });
    for (const spec of ['memory', `embedded:${directory}/deep/down`]) {
      const store = await openState(spec, 'accounts', silentLogger);
      await store.commit({ expect: [], writes: [{ op: 'set', space: 'data', key: 'k', text: '1' }] });
      expect(await store.get('data', 'k')).toBe('1');
      await store.close();
    }
    expect(readdirSync(join(directory, 'deep', 'down'))).toEqual(['accounts']);
  });

  it('says so in bounded time when there is no Redis at the address, without its password', async () => {
    const opening = openState('redis://u:secret@127.0.0.1:1/0', 'accounts', silentLogger);
    await expect(opening).rejects.toMatchObject({
      code: 'unavailable',
      message: /^Redis at 127\.0\.0\.1:1\/0: .*ECONNREFUSED/,
    });
  });
});
