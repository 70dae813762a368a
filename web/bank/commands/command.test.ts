import { describe, expect, it } from 'vitest';
import { answered, type Command, draft, edited, failed, restored, sent } from './command.js';

const keys = () => {
  let last = 0;
  return () => {
    last += 1;
    return `k${last}`;
  };
};
const problem = { message: 'no' };
const begin = (): Command<string> => draft({ amount: '5' });

describe('a command', () => {
  it('is sent once, however often it is asked for', () => {
    const newKey = keys();
    const once = sent(begin(), newKey);
    expect(once).toEqual({ phase: 'sent', values: { amount: '5' }, key: 'k1' });
    expect(sent(once, newKey)).toBe(once);
    const done = answered(once, 'yes');
    expect(sent(done, newKey)).toBe(done);
  });

  it('keeps its key and its values while nobody knows whether it happened', () => {
    const newKey = keys();
    const unknown = failed(sent(begin(), newKey), problem, true);
    expect(edited(unknown, { amount: '6' })).toBe(unknown);
    expect(sent(unknown, newKey)).toEqual({ phase: 'sent', values: { amount: '5' }, key: 'k1' });
  });

  it('is another one, with another key, after a refusal', () => {
    const newKey = keys();
    const refused = failed(sent(begin(), newKey), problem, false);
    expect(refused).toEqual({ phase: 'draft', values: { amount: '5' }, problem });
    expect(sent(edited(refused, { amount: '4' }), newKey)).toEqual({
      phase: 'sent',
      values: { amount: '4' },
      key: 'k2',
    });
  });

  it('forgets the refusal with the next letter', () => {
    const refused = failed(sent(begin(), keys()), problem, false);
    expect(edited(refused, { amount: '4' })).toEqual({ phase: 'draft', values: { amount: '4' } });
  });

  it('comes back from a reload as it was', () => {
    const initial = { amount: '' };
    const out = sent(begin(), keys());
    for (const command of [begin(), out, failed(out, problem, true), answered(out, 'yes')])
      expect(restored(JSON.parse(JSON.stringify(command)), initial)).toEqual(command);
  });

  it.each([
    undefined,
    null,
    7,
    'sent',
    {},
    { phase: 'draft' },
    { phase: 'draft', values: null },
    { phase: 'draft', values: {} },
    { phase: 'draft', values: { amount: 5 } },
    { phase: 'draft', values: { amount: '5', more: '' } },
    { phase: 'sent', values: { amount: '5' } },
    { phase: 'gone', values: { amount: '5' }, key: 'k' },
  ])('begins empty when %j was kept', (kept) => {
    expect(restored(kept, { amount: '' })).toEqual(draft({ amount: '' }));
  });
});
