import { describe, expect, it } from 'vitest';
import { ack, Records } from '../testing/samples.js';
import { Overlay } from './overlay.js';
import { beginning } from './segments.js';

const point = (block: number) => ({ ...beginning('a log'), block });
const limits = { layerWeightMax: 4, weightMax: 12, dataLengthMax: 1000 };

describe('the overlay', () => {
  it('begins a new layer when one is heavy enough, and forgets a layer only when all of it is indexed', () => {
    const overlay = new Overlay(limits);
    const make = new Records();
    for (let block = 1; block <= 5; block += 1) {
      const before = make.position;
      overlay.add([make.batch({})], before, point(block));
    }
    const stretches = () => overlay.layers.map(({ after, last }) => [after, last]);
    expect(stretches()).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
    overlay.forget(1);
    expect(stretches()).toHaveLength(3);
    overlay.forget(2);
    expect(stretches()).toEqual([
      [2, 4],
      [4, 5],
    ]);
    overlay.forget(4);
    expect(stretches()).toEqual([[4, 5]]);
    overlay.forget(5);
    expect(stretches()).toEqual([]);
    overlay.add([make.batch({})], 5, point(6));
    expect(stretches()).toEqual([[5, 6]]);
  });

  it('is full by records, events and ended debts, until enough is forgotten', () => {
    const overlay = new Overlay(limits);
    const make = new Records();
    overlay.add([make.batch({}, {}, {})], 0, point(1));
    expect(overlay.full).toBe(false);
    overlay.add([ack('loyalty', 1, 2, 3, 4, 5, 6, 7)], 3, point(2));
    expect(overlay.full).toBe(true);
    overlay.forget(1);
    expect(overlay.full).toBe(false);
  });

  it('is full by the data of its events', () => {
    const overlay = new Overlay(limits);
    overlay.add([new Records().batch({ data: 'x'.repeat(999) })], 0, point(1));
    expect(overlay.full).toBe(false);
    overlay.add([new Records(1).batch({ data: 'x' })], 1, point(2));
    expect(overlay.full).toBe(true);
  });
});
