import { expect, it } from 'vitest';
import { Turns } from './turns.js';

it('does what touches the same in the order of asking, the rest at once, and goes on after a failure', async () => {
  const turns = new Turns<string>();
  const log: string[] = [];
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const first = turns.take(['a', 'b'], async () => {
    log.push('first begins');
    await held;
    log.push('first fails');
    throw new Error('no');
  });
  const second = turns.take(['b', 'c'], async () => void log.push('second'));
  const third = turns.take(['c'], async () => void log.push('third'));
  await turns.take(['d'], async () => void log.push('other'));
  expect(log).toEqual(['first begins', 'other']);
  letGo();
  await expect(first).rejects.toThrow('no');
  await Promise.all([second, third]);
  expect(log.slice(2)).toEqual(['first fails', 'second', 'third']);
});
