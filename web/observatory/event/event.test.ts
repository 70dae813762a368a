import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { asCurl, asJson, asLua, asNdjson } from './copies.js';
import { neighboursOf } from './neighbours.js';

describe('an event as text', () => {
  it('is Lua that says the same, whatever is in it', () => {
    const said = event(1, {
      key: 'acc-"1"',
      data: { note: 'a\n"b"\\\u0007é', list: [1, 2.5, true, null], 'two words': {}, end: [] },
    });
    expect(asLua(said)).toBe(
      [
        'bus:send{',
        '  type = "ConfirmedCredit", key = "acc-\\"1\\"",',
        '  data = { note = "a\\n\\"b\\"\\\\\\007é", list = { 1, 2.5, true, json.null }, ["two words"] = json.object{}, ["end"] = {} },',
        '}',
      ].join('\n'),
    );
  });

  it('is JSON with every field, and a curl that brings no token along', () => {
    expect(JSON.parse(asJson(event(3)))).toEqual(event(3));
    expect(asNdjson([event(3), event(4)]).split('\n')).toHaveLength(3);
    expect(asCurl(event(3), 'http://bank')).toBe(
      'curl -H "authorization: Bearer $ACCESS" http://bank/api/operator/events/3',
    );
  });
});

describe('the neighbours of an event in its key', () => {
  /** A log in which only these positions are of the key. */
  const keyAt = (places: readonly number[], pageMax = 1000) => {
    const asked: number[] = [];
    const events = places.map((position, value) => event(position, { value }));
    const read = async (after: number, limit: number) => {
      asked.push(after);
      const found = events.filter(({ position }) => Number(position) > after);
      const page = found.slice(0, Math.min(limit, pageMax));
      const last = page.at(-1)?.position;
      return { events: page, ...(found.length > page.length && last !== undefined && { next: last }) };
    };
    const neighbours = async (position: number) => {
      const { before, after } = await neighboursOf(
        events.find((one) => one.position === String(position))!,
        read,
      );
      return [before?.position, after?.position];
    };
    return { asked, neighbours };
  };

  it('are found close by', async () => {
    expect(await keyAt([3, 5, 9]).neighbours(5)).toEqual(['3', '9']);
  });

  it('are found far back in a long log, over as many pages as it takes', async () => {
    const { neighbours, asked } = keyAt([1, 2, 3, 4, 5, 500_000], 2);
    expect(await neighbours(500_000)).toEqual(['5', undefined]);
    expect(asked.length).toBeLessThan(15);
  });

  it('are none before the first and none after the newest', async () => {
    const { neighbours, asked } = keyAt([7]);
    expect(await neighbours(7)).toEqual([undefined, undefined]);
    expect(asked).toEqual([7]);
  });
});
