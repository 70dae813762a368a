import type { StoredEvent } from '../../../common/events.js';
import type { Random } from '../../../common/random.js';
import type { LogRecord, ReadFilter } from '../event-store.js';
import { ack, parked, Records, subscription } from './samples.js';

const KEYS = ['acc-1', 'acc-2', 'acc-10', 'user-ann', 'user-\u{1F600}', 'user-\uFB01', 'ä', '__proto__'];
const TYPES = ['Deposited', 'Withdrawn', 'UserCreated', '__proto__', 'Größe'];
const CLIENT_TYPES = ['accounts', 'loyalty', 'users'];

/** Records of all kinds by chance, and questions about them. The same seed gives the same. */
export class RandomLog {
  readonly records: LogRecord[] = [];
  readonly #random: Random;
  readonly #make = new Records();
  readonly #owed: { clientType: string; position: number }[] = [];
  #batches = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next group of records, as one append. */
  group(): readonly LogRecord[] {
    const group = Array.from({ length: 1 + this.#random.int(4) }, () => this.#record());
    this.records.push(...group);
    return group;
  }

  filter(): ReadFilter {
    const last = this.#make.position;
    const time = (): number => this.#make.now - this.#random.int(Math.max(1, last)) * 1000;
    return {
      limit: this.#one([1, 2, 7, 50, 1000]),
      ...(this.#chance(0.3) && { key: this.#one(KEYS) }),
      ...(this.#chance(0.3) && { eventTypes: this.#some(TYPES) }),
      ...(this.#chance(0.2) && { correlation: correlation(this.#random.int(6)) }),
      ...(this.#chance(0.2) && { sessionId: 1 + this.#random.int(4) }),
      ...(this.#chance(0.2) && { since: time() }),
      ...(this.#chance(0.2) && { until: time() }),
      ...(this.#chance(0.4) && { after: this.#random.int(last + 2) }),
      ...(this.#chance(0.2) && { upTo: this.#random.int(last + 2) }),
      ...(this.#chance(0.3) && { notOwedTo: this.#one(CLIENT_TYPES) }),
      ...(this.#chance(0.3) && { notSkippedBy: this.#one(CLIENT_TYPES) }),
    };
  }

  owedQuestion(): { clientType: string; range: { key?: string; after: number; limit: number } } {
    const range = { after: this.#random.int(this.#make.position + 1), limit: this.#one([1, 5, 1000]) };
    return {
      clientType: this.#one([...CLIENT_TYPES, 'nobody']),
      range: this.#chance(0.5) ? range : { ...range, key: this.#one(KEYS) },
    };
  }

  #record(): LogRecord {
    const kind = this.#random.int(12);
    if (kind === 0) return subscription(this.#one(CLIENT_TYPES), this.#some(TYPES), this.#make.now);
    if (kind <= 3 && this.#owed.length > 0) {
      const { clientType, position } = this.#takeDebt();
      if (kind === 1) return ack(clientType, position);
      if (kind === 2) return parked(clientType, position, this.#make.now);
      const decision = this.#chance(0.5) ? 'skip' : 'retry';
      const record = { kind: 'unparked', clientType, position, decision, time: this.#make.now } as const;
      if (decision === 'retry') return record;
      return { ...record, reason: 'a test', ...(this.#chance(0.3) && { applied: true }) };
    }
    return this.#batch();
  }

  #batch(): LogRecord {
    const batchId = this.#chance(0.5) ? `batch-${++this.#batches}` : undefined;
    const acknowledges = this.#chance(0.3) && this.#owed.length > 0 ? this.#takeDebt() : undefined;
    const events = Array.from({ length: this.#random.int(4) }, (): StoredEvent => {
      const owedTo = this.#some(CLIENT_TYPES);
      const event = this.#make.event({
        key: this.#one(KEYS),
        type: this.#one(TYPES),
        correlation: correlation(this.#random.int(6)),
        sessionId: 1 + this.#random.int(4),
        data: `{ "text":\n"${'x'.repeat(this.#random.int(40))} ü \u{1F4B7}" }`,
        owedTo,
        ...(batchId !== undefined && { batchId }),
        ...(this.#chance(0.3) && { causation: 'log-1' }),
      });
      for (const clientType of owedTo) this.#owed.push({ clientType, position: event.position });
      return event;
    });
    return {
      kind: 'batch',
      sender: 'accounts',
      events,
      ...(batchId !== undefined && { batchId }),
      ...(acknowledges !== undefined && { acknowledges }),
    };
  }

  /** some debts are named twice, as after a repeated acknowledgement */
  #takeDebt(): { clientType: string; position: number } {
    const at = this.#random.int(this.#owed.length);
    const debt = this.#owed[at]!;
    if (this.#chance(0.9)) this.#owed.splice(at, 1);
    return debt;
  }

  #chance(share: number): boolean {
    return this.#random.next() < share;
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#random.int(items.length)]!;
  }

  #some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.#chance(0.4));
  }
}

function correlation(n: number): string {
  return `00000000-0000-8000-8000-00000000000${n}`;
}
