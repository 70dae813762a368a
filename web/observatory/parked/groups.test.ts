import { describe, expect, it } from 'vitest';
import { parked } from '../testing/things.js';
import { groupsOf, kindOf, lineOf } from './groups.js';

describe('parked events', () => {
  it('with one mistake in common are one group, the largest first', () => {
    const groups = groupsOf([
      parked(1, 'users.lua:9: no such user', { client_type: 'users' }),
      parked(2, "accounts.lua:12: amount 400 of 'ada' is odd"),
      parked(3, "accounts.lua:12: amount 7 of 'bob' is odd"),
      parked(4, "accounts.lua:13: amount 7 of 'bob' is odd"),
    ]);
    expect(groups.map(({ members }) => members.map(({ id }) => id))).toEqual([
      ['accounts:2', 'accounts:3'],
      ['accounts:1'],
      ['accounts:4'],
    ]);
    expect(groups[0]!.error).toBe("accounts.lua:12: amount n of '…' is odd");
  });

  it('that cannot be read any more have a group too', () => {
    expect(groupsOf([parked(1, 'x', { event: null })])).toMatchObject([{ event_type: undefined }]);
  });

  it('keep the line of the script, which is what differs between mistakes', () => {
    expect(kindOf('lib/money.lua:4: 12 is not 13\nstack traceback: …')).toBe('lib/money.lua:4: n is not n');
    expect(lineOf(parked(1, 'lib/money.lua:4: no'))).toBe('lib/money.lua:4');
    expect(
      lineOf(parked(1, 'no', { error: { message: 'no', traceback: '[C]\n\taccounts.lua:7: in x' } })),
    ).toBe('accounts.lua:7');
    expect(lineOf(parked(1, 'no line'))).toBeUndefined();
  });
});
