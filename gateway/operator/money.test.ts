import { expect, it } from 'vitest';
import { silentLogger } from '../../common/log.js';
import { Problem } from '../problem.js';
import { Money } from './money.js';

/** A bus with these events, in order; `asked` are the cursors it was asked from. */
class LogOfMoney {
  readonly events: object[] = [];
  readonly asked: number[] = [];
  away = false;
  readonly money = new Money(this, { moneyPatienceMs: 60_000, moneyEventsPerPage: 2 }, silentLogger);

  happens(type: string, amount?: number, batch = `b${this.events.length}`, sender = 'accounts'): void {
    this.events.push({
      position: String(this.events.length + 1),
      event_type: type,
      data: amount === undefined ? null : { amount },
      batch_id: batch,
      sender,
    });
  }

  async read<Body>(path: string): Promise<Body> {
    if (this.away) throw new Problem('service_unavailable', 'The event bus does not answer just now.');
    const { pathname, searchParams } = new URL(path, 'http://bus');
    if (pathname === '/totals') return { head: String(this.events.length) } as Body;
    const [after, before, limit] = ['after', 'before', 'limit'].map((name) => Number(searchParams.get(name)));
    this.asked.push(after!);
    const found = this.events.slice(after, before! - 1).filter((event) =>
      searchParams
        .get('event_types')!
        .split(',')
        .includes((event as { event_type: string }).event_type),
    );
    const events = found.slice(0, limit);
    const next = found.length > limit! ? (events.at(-1) as { position: string }).position : undefined;
    return { events, next } as Body;
  }
}

it('tells what came from outside, what was refunded, and what only moved', async () => {
  const log = new LogOfMoney();
  log.happens('ConfirmedCredit', 500);
  log.happens('PendingTransaction', 7);
  log.happens('AcceptedTransaction', 80, 't');
  log.happens('ConfirmedDebit', 80, 't');
  log.happens('ConfirmedCredit', 80, 't');
  log.happens('ConfirmedCredit', 3, 'r', 'loyalty');
  log.happens('ConfirmedDebit', 20);
  log.happens('ConfirmedCredit');
  const sums = { paid_in: 500, paid_out: 20, refunded: 3, debited: 80, credited: 80 };
  expect(await log.money.totals()).toEqual({ counted: '8', head: '8', ...sums });
});

it('goes on where it stood, and counts nothing twice', async () => {
  const log = new LogOfMoney();
  for (let n = 0; n < 5; n += 1) log.happens('ConfirmedCredit', 10);
  await log.money.totals();
  await log.money.totals();
  log.happens('ConfirmedCredit', 1);
  expect(await Promise.all([log.money.totals(), log.money.totals()])).toMatchObject([
    { paid_in: 51 },
    { paid_in: 51 },
  ]);
  expect(log.asked).toEqual([0, 2, 4, 5]);
});

it('says that the bus is away, and counts on when it is back', async () => {
  const log = new LogOfMoney();
  log.happens('ConfirmedCredit', 10);
  log.away = true;
  await expect(log.money.totals()).rejects.toMatchObject({ code: 'service_unavailable' });
  log.away = false;
  expect(await log.money.totals()).toMatchObject({ paid_in: 10, counted: '1' });
});
