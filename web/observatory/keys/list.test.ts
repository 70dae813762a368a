import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { keysWithPushed } from './list.js';

const known = (key: string, head = 0) => ({ key, head, last_of_type: { A: head } });
const PAGES = [
  { keys: [known('acc-1', 3), known('acc-3')], next: 'acc-3' },
  { keys: [known('acc-5')], next: 'acc-5' },
];
const pushed = (key: string, value: number, event_type = 'B') => event(9, { key, value, event_type });
const names = (pages: typeof PAGES | ReturnType<typeof keysWithPushed>) =>
  pages.map(({ keys }) => keys.map(({ key, head }) => `${key} ${head}`));

describe('the list of keys', () => {
  it('takes the newest value of a key, and of its type', () => {
    const [first] = keysWithPushed(PAGES, [pushed('acc-1', 4)], 'acc');
    expect(first?.keys[0]).toEqual({ key: 'acc-1', head: 4, last_of_type: { A: 3, B: 4 } });
  });

  it('puts a new key in its place', () => {
    expect(names(keysWithPushed(PAGES, [pushed('acc-2', 0), pushed('acc-4', 0)], 'acc'))).toEqual([
      ['acc-1 3', 'acc-2 0', 'acc-3 0'],
      ['acc-4 0', 'acc-5 0'],
    ]);
    const all = [{ keys: [known('acc-1')] }];
    expect(names(keysWithPushed(all, [pushed('acc-2', 0)], ''))).toEqual([['acc-1 0', 'acc-2 0']]);
  });

  it('is the same for what is known, begins otherwise, or stands on a page that was not read', () => {
    for (const other of [pushed('acc-1', 3), pushed('user-1', 0), pushed('acc-6', 0)])
      expect(keysWithPushed(PAGES, [other], 'acc')).toBe(PAGES);
  });
});
