import { describe, expect, it } from 'vitest';
import { placesOf } from '../parts/layout.js';
import { event } from '../testing/things.js';
import { outcomeOf, sendersOf, stepsOf, totalTime } from './trace.js';

const transfer = [
  event(8, { event_type: 'PendingTransaction', sender: 'transactions' }),
  event(10, { event_type: 'AcceptedTransaction', causation: 'log-8', at: 34 }),
  event(11, { event_type: 'ConfirmedDebit', causation: 'log-8', at: 34 }),
  event(13, { event_type: 'PointsEarned', sender: 'loyalty', causation: 'log-10', at: 56 }),
];

describe('a trace', () => {
  it('says what caused what, and how long that took', () => {
    const steps = stepsOf(transfer).map(({ event: { position }, cause, offset, took }) => [
      position,
      cause?.position,
      offset,
      took,
    ]);
    expect(steps).toEqual([
      ['8', undefined, 0, 0],
      ['10', '8', 34, 34],
      ['11', '8', 34, 34],
      ['13', '10', 56, 22],
    ]);
  });

  it('knows its length and who took part', () => {
    expect(totalTime(transfer)).toBe(56);
    expect(totalTime([])).toBe(0);
    expect(sendersOf(transfer)).toEqual(['transactions', 'accounts', 'loyalty']);
  });

  it('of which the beginning is not known has steps without a cause', () => {
    expect(stepsOf(transfer.slice(1))[0]).toMatchObject({ cause: undefined, took: 0 });
  });

  it.each([
    [['PendingTransaction'], 'Transfer pending'],
    [['PendingTransaction', 'AcceptedTransaction', 'ConfirmedCredit'], 'Transfer accepted'],
    [['AccountCreationRequest', 'AccountCreated'], 'Account created'],
    [['ConfirmedCredit'], 'Money paid in'],
    [['SomethingElse'], 'Happened'],
  ])('of %j ends as: %s', (types, text) => {
    expect(outcomeOf(types.map((event_type, index) => event(index + 1, { event_type }))).text).toBe(text);
  });

  it('says why a transfer was refused', () => {
    const refused = event(9, { event_type: 'RejectedTransaction', data: { reason: 'Insufficient Balance' } });
    expect(outcomeOf([transfer[0]!, refused])).toEqual({
      tone: 'bad',
      text: 'Transfer refused: Insufficient Balance',
    });
  });
});

describe('the places of a graph', () => {
  it('go the way of the arrows and do not overlap', () => {
    const boxes = ['a', 'b', 'c'].map((id) => ({ id, width: 100, height: 40 }));
    const arrows = [
      { from: 'a', to: 'b' },
      { from: 'a', to: 'c' },
      { from: 'a', to: 'gone' },
    ];
    const places = placesOf(boxes, arrows, 'LR');
    const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id)!);
    expect(a!.x + 100).toBeLessThan(b!.x);
    expect(b!.x).toBe(c!.x);
    expect(Math.abs(b!.y - c!.y)).toBeGreaterThanOrEqual(40);
  });
});
