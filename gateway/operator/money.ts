import type { Logger } from '../../common/log.js';
import type { BusEvent, EventPage, MoneyTotals, Totals } from '../../common/pages/operator.js';
import { SharedWork } from '../../common/shared-work.js';
import type { Settings } from '../settings.js';
import type { Bus } from './bus.js';

const TYPES = 'AcceptedTransaction,ConfirmedDebit,ConfirmedCredit';

/**
 * What the log says of money: paid in, paid out, moved. It is counted when somebody asks, from where it stood, page by page; a long log is
 * counted on behind the answer. The bus cannot do it, for it does not read what events say. After a restart it is counted anew.
 */
export class Money {
  readonly #sums = { paid_in: 0, paid_out: 0, refunded: 0, debited: 0, credited: 0 };
  readonly #counting = new SharedWork(() => this.#count());
  #counted = 0;
  #head = 0;
  #failed: unknown;
  /** The verdict, the debit and the credit of a transfer are one batch, the verdict first. */
  #transfer: string | undefined;

  constructor(
    private readonly bus: Pick<Bus, 'read'>,
    private readonly settings: Pick<Settings, 'moneyPatienceMs' | 'moneyEventsPerPage'>,
    private readonly log: Logger,
  ) {}

  /** @throws Problem if nothing could be counted because the bus does not answer */
  async totals(): Promise<MoneyTotals> {
    await this.#counting.wait(this.settings.moneyPatienceMs);
    if (this.#failed !== undefined) throw this.#failed;
    return { counted: String(this.#counted), head: String(this.#head), ...this.#sums };
  }

  async #count(): Promise<void> {
    try {
      this.#head = Number((await this.bus.read<Totals>('/totals?limit=1')).head);
      this.#failed = undefined;
      while (this.#counted < this.#head) await this.#page();
    } catch (error) {
      this.log.debug({ error }, 'the money of the log cannot be counted now');
      this.#failed = error;
    }
  }

  async #page(): Promise<void> {
    const range = `after=${this.#counted}&before=${this.#head + 1}&limit=${this.settings.moneyEventsPerPage}`;
    const { events, next } = await this.bus.read<EventPage>(`/events?event_types=${TYPES}&${range}`);
    for (const event of events) this.#take(event);
    this.#counted = next === undefined ? this.#head : Number(next);
  }

  #take(event: BusEvent): void {
    const { event_type: type, batch_id: batch, sender } = event;
    if (type === 'AcceptedTransaction') {
      this.#transfer = batch;
      return;
    }
    const ofTransfer = batch !== undefined && batch === this.#transfer;
    const amount = amountOf(event);
    if (type === 'ConfirmedDebit') this.#sums[ofTransfer ? 'debited' : 'paid_out'] += amount;
    else if (ofTransfer) this.#sums.credited += amount;
    else this.#sums[sender === 'accounts' ? 'paid_in' : 'refunded'] += amount;
  }
}

/** In minor units; 0 of what is masked. */
function amountOf({ data }: BusEvent): number {
  const amount = typeof data === 'object' && data !== null && !Array.isArray(data) ? data.amount : undefined;
  return typeof amount === 'number' ? amount : 0;
}
