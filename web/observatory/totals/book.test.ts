import { describe, expect, it } from 'vitest';
import { event } from '../testing/things.js';
import { createBook } from './book.js';

const credit = (position: number, amount: number, said: Parameters<typeof event>[1] = {}) =>
  event(position, { event_type: 'ConfirmedCredit', data: { amount }, batch_id: `b${position}`, ...said });

function bookOf(events: Parameters<ReturnType<typeof createBook>['add']>[0]) {
  const book = createBook();
  book.add(events);
  return book.view();
}

describe('the book of the log', () => {
  it('tells what came from outside, what was refunded, and what only moved', () => {
    const { money, transfers } = bookOf([
      credit(1, 500),
      event(2, { event_type: 'PendingTransaction', sender: 'transactions' }),
      event(3, { event_type: 'AcceptedTransaction', batch_id: 't' }),
      event(4, { event_type: 'ConfirmedDebit', data: { amount: 80 }, batch_id: 't' }),
      credit(5, 80, { batch_id: 't' }),
      credit(6, 3, { sender: 'loyalty' }),
      event(7, { event_type: 'ConfirmedDebit', data: { amount: 20 }, batch_id: 'w' }),
      event(8, { event_type: 'PendingTransaction', sender: 'transactions' }),
      event(9, { event_type: 'RejectedTransaction' }),
      event(10, { event_type: 'PendingTransaction', sender: 'transactions' }),
    ]);
    expect(money).toEqual({ paidIn: 500, paidOut: 20, refunded: 3, debited: 80, credited: 80 });
    expect(transfers).toEqual({ accepted: 1, refused: 1, pending: 1 });
  });

  it('counts each event once, though pushes and pages overlap', () => {
    const book = createBook();
    book.add([credit(1, 5), credit(2, 5)]);
    book.add([credit(2, 5), credit(3, 5)]);
    expect(book.view()).toMatchObject({ upTo: 3, money: { paidIn: 15 }, types: [{ count: 3 }] });
  });

  it('counts by type, service and hour', () => {
    const hour = 3_600_000;
    const view = bookOf([credit(1, 1), credit(2, 1, { at: hour }), event(3, { sender: 'users', at: hour })]);
    expect(view.services).toEqual([
      { name: 'accounts', count: 2 },
      { name: 'users', count: 1 },
    ]);
    expect(view.hours).toEqual([
      { name: '2026-11-21T12:00:00Z', count: 1 },
      { name: '2026-11-21T13:00:00Z', count: 2 },
    ]);
  });

  it('does not take masked data for money', () => {
    expect(bookOf([event(1, { data: null, masked: true })]).money.paidIn).toBe(0);
  });
});

describe('the slowest traces', () => {
  it('are the longest from first to last event, though the log is longer than what is remembered', () => {
    const book = createBook();
    const slow = [10, 11].map((position, n) => event(position, { correlation: 'slow', at: n * 900 }));
    const many = Array.from({ length: 30_000 }, (_, n) =>
      event(100 + n, { correlation: `c${n}`, at: 2000 + n }),
    );
    const short = [1, 2].map((n) => event(40_000 + n, { correlation: 'short', at: 50_000 + n * 5 }));
    book.add([...slow, ...many, ...short]);
    expect(book.view().slowest).toEqual([
      { correlation: 'slow', ms: 900, events: 2 },
      { correlation: 'short', ms: 5, events: 2 },
    ]);
  });
});
