import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountList, StatementEntry } from '../../common/pages/bank.js';
import {
  cursorOf,
  GAP,
  listWithEntry,
  listWithOpened,
  listWithPending,
  listWithVerdict,
  partBefore,
  type Statement,
  withEntry,
  withPartBefore,
} from './entries.js';

const entry = (seq: number): StatementEntry => ({ seq, timestamp: seq, amount: 1, note: '', balance: seq });
const entries = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => entry(from + index));
const statement = (from: number, to: number): Statement => ({
  id: 1,
  balance: to,
  total: to,
  entries: entries(from, to),
});

describe('a statement that is kept current', () => {
  it('takes the next entry with its balance, ignores known ones, and says when one is missing', () => {
    const known = statement(3, 5);
    expect(withEntry(known, entry(6))).toEqual(statement(3, 6));
    expect(withEntry(known, entry(5))).toBe(known);
    expect(withEntry(known, entry(7))).toBe(GAP);
    expect(withEntry(statement(1, 0), entry(1))).toEqual(statement(1, 1));
  });

  it('goes back in parts to the first entry, and stops there', () => {
    let known = statement(2_501, 2_700);
    const parts = [];
    for (let part = partBefore(known, 1000); part; part = partBefore(known, 1000)) {
      parts.push(part);
      known = withPartBefore(known, entries(part.after + 1, part.after + part.limit));
    }
    expect(parts).toEqual([
      { after: 1500, limit: 1000 },
      { after: 500, limit: 1000 },
      { after: 0, limit: 500 },
    ]);
    expect(known).toEqual(statement(1, 2_700));
    expect(partBefore(statement(1, 0), 1000)).toBeUndefined();
  });

  it('does not take a part twice', () => {
    const known = statement(1, 10);
    expect(withPartBefore(known, entries(1, 4))).toBe(known);
  });

  it('is the same gapless run whatever is pushed again, late or in between parts', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ part: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let known = statement(20, 22);
        for (const one of steps) {
          if ('push' in one) {
            const next = withEntry(known, entry(one.push));
            if (next !== GAP) known = next;
          } else {
            const part = partBefore(known, 4);
            if (part) known = withPartBefore(known, entries(part.after + 1, part.after + part.limit));
          }
        }
        const first = known.entries[0]!.seq;
        expect(known).toEqual(statement(first, cursorOf(known)));
      }),
    );
  });
});

const list: AccountList = {
  accounts: [{ id: 7, balance: 2, entries: 2, last: entry(2), recent: [1, 2], pending: [4] }],
  cursor: 1,
};

describe('the list of accounts', () => {
  it('shows the newest entry and its balance, and says when one is missing', () => {
    const next = listWithEntry(list, 7, entry(3));
    expect(next).toMatchObject({
      accounts: [{ balance: 3, entries: 3, last: { seq: 3 }, recent: [1, 2, 3] }],
    });
    expect(listWithEntry(list, 7, entry(2))).toBe(list);
    expect(listWithEntry(list, 7, entry(4))).toBe(GAP);
    expect(listWithEntry(list, 8, entry(1))).toBe(list);
  });

  it('keeps the last thirty balances', () => {
    let long = list;
    for (let seq = 3; seq <= 50; seq += 1) long = listWithEntry(long, 7, entry(seq)) as AccountList;
    expect(long.accounts[0]!.recent).toEqual(entries(21, 50).map(({ balance }) => balance));
  });

  it('gains an account once, and says when one is missing before it', () => {
    const grown = listWithOpened(list, 9, 2) as AccountList;
    expect(grown.accounts.map(({ id }) => id)).toEqual([7, 9]);
    expect(grown.cursor).toBe(2);
    expect(listWithOpened(grown, 9, 2)).toBe(grown);
    expect(listWithOpened(list, 9, 3)).toBe(GAP);
  });

  it('knows each transfer that is under way once, until its verdict', () => {
    const pendingOf = (known: AccountList) => known.accounts.map(({ pending }) => pending);
    const sent = listWithPending(list, 7, 5);
    expect(pendingOf(sent)).toEqual([[4, 5]]);
    expect(listWithPending(sent, 7, 5)).toBe(sent);
    expect(listWithPending(list, 8, 5)).toBe(list);
    const judged = listWithVerdict(sent, 4);
    expect(pendingOf(judged)).toEqual([[5]]);
    expect(listWithVerdict(judged, 4)).toBe(judged);
    expect(pendingOf(listWithVerdict(judged, 5))).toEqual([[]]);
  });
});
