import { describe, expect, it } from 'vitest';
import { Bench, delivered, newEvent } from './testing/bench.js';

describe('sticky round robin', () => {
  it('passes the script of the protocol: new keys in turn, known keys to their holder', () => {
    const bench = new Bench();
    for (const session of [1, 2, 3]) bench.join(session);
    const keys = ['acc-234', 'acc-358', 'acc-234', 'acc-876', 'acc-358', 'acc-234', 'acc-987', 'acc-236'];
    const went = keys.flatMap((key) => delivered(bench.send(3, newEvent(key))));
    expect(went).toEqual([
      'acc-234/0@1',
      'acc-358/0@2',
      'acc-234/1@1',
      'acc-876/0@3',
      'acc-358/1@2',
      'acc-234/2@1',
      'acc-987/0@1',
      'acc-236/0@2',
    ]);
  });
});
