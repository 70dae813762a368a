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
    expect(once).toEqual({ phase: 'sent', values: { amount: '5' }, key: 'k1', again: false });
    expect(sent(once, newKey)).toBe(once);
    for (const done of [answered(once, 'yes'), failed(once, problem, 'repeated')])
      expect(sent(edited(done, { amount: '5' }), newKey)).toBe(done);
  });

  it('keeps its key and its values while nobody knows whether it happened', () => {
    const newKey = keys();
    const unknown = failed(sent(begin(), newKey), problem, 'unknown');
    expect(edited(unknown, { amount: '6' })).toBe(unknown);
    expect(sent(unknown, newKey)).toEqual({
      phase: 'sent',
      values: { amount: '5' },
      key: 'k1',
      again: true,
    });
  });

  it('is still not known when a further try is turned away, after a lost answer and after a reload', () => {
    const newKey = keys();
    const out = sent(begin(), newKey);
    const further = [
      sent(failed(out, problem, 'unknown'), newKey),
      restored<string>(JSON.parse(JSON.stringify(out)), { amount: '' }),
    ];
    for (const command of further) {
      const turnedAway = failed(command, { message: 'too many' }, 'turned-away');
      expect(turnedAway).toMatchObject({ phase: 'unknown', key: 'k1', problem: { message: 'too many' } });
      expect(sent(turnedAway, newKey)).toMatchObject({ phase: 'sent', key: 'k1' });
      expect(failed(command, problem, 'refused')).toMatchObject({ phase: 'draft', problem });
    }
    expect(failed(out, problem, 'turned-away')).toMatchObject({ phase: 'draft', problem });
  });

  it('is over when it turns out that it was carried out', () => {
    const command = failed(sent(begin(), keys()), problem, 'repeated');
    expect(command).toEqual({ phase: 'repeated', values: { amount: '5' }, key: 'k1' });
  });

  it('is another one, with another key, after a refusal', () => {
    const newKey = keys();
    const refused = failed(sent(begin(), newKey), problem, 'refused');
    expect(refused).toEqual({ phase: 'draft', values: { amount: '5' }, problem });
    expect(sent(edited(refused, { amount: '4' }), newKey)).toEqual({
      phase: 'sent',
      values: { amount: '4' },
      key: 'k2',
      again: false,
    });
  });

  it('forgets the refusal with the next letter', () => {
    const refused = failed(sent(begin(), keys()), problem, 'refused');
    expect(edited(refused, { amount: '4' })).toEqual({ phase: 'draft', values: { amount: '4' } });
  });

  it('comes back from a reload as it was', () => {
    const reload = (command: Command<string>) =>
      restored(JSON.parse(JSON.stringify(command)), { amount: '' });
    const out = sent(begin(), keys());
    const settled = [failed(out, problem, 'unknown'), failed(out, problem, 'repeated'), answered(out, 'yes')];
    for (const command of [begin(), ...settled]) expect(reload(command)).toEqual(command);
    expect(reload(out)).toEqual({ ...out, again: true });
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
