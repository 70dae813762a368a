import type { CoreViews, Effect, Input, Receipt } from '../../../bus/core/types.js';
import type { StoredEvent } from '../../../common/events.js';
import { type Books, wantsType } from './books.js';
import { type Checker, demand, inner } from './checker.js';

type New = Extract<Input, { kind: 'new' }>;

interface Question {
  readonly input: New;
  /** undefined = cannot be told from outside */
  readonly expected: readonly string[] | undefined;
}

/**
 * Each `new` is answered once, in order, and rightly: a success only for what is on the disk, the same batch id the same way, and
 * the judgement as a naive model of the keys gives it.
 */
export class AnswerChecker implements Checker {
  readonly #books: Books;
  readonly #open = new Map<number, Question[]>();
  readonly #clientTypes = new Map<number, string>();
  /** as the core has them, the disk may be behind */
  readonly #subscriptions = new Map<string, readonly string[]>();
  #pending: { readonly append: number; readonly events: readonly StoredEvent[] }[] = [];
  /** after a failure the core keeps back what it accepts: its keys cannot be told from outside */
  #paused = false;
  readonly #asked = new Set<string>();
  readonly #promised = new Map<string, string>();

  constructor(books: Books) {
    this.#books = books;
  }

  restarted(): void {
    for (const [clientType, types] of this.#books.subscriptions) this.#subscriptions.set(clientType, types);
  }

  crashed(): void {
    this.#open.clear();
    this.#clientTypes.clear();
    this.#subscriptions.clear();
    this.#pending = [];
    this.#paused = false;
  }

  lost(append: number): void {
    this.#pending = this.#pending.filter((pending) => pending.append < append);
    this.#paused = true;
  }

  input(_now: number, input: Input): void {
    if (input.kind === 'connected') this.#open.set(input.sessionId, []);
    else if (input.kind === 'closed') this.#open.delete(input.sessionId);
    else if (input.kind === 'register') {
      this.#clientTypes.set(input.sessionId, input.clientType);
      this.#subscriptions.set(input.clientType, input.eventTypes);
    } else if (input.kind === 'appended')
      this.#pending = this.#pending.filter(({ append }) => append > input.append);
    else if (input.kind === 'new') this.#open.get(input.sessionId)?.push(this.#question(input));
  }

  effect(_now: number, effect: Effect): void {
    if (effect.kind === 'append') {
      this.#paused = false;
      const events = effect.records.flatMap((record) => (record.kind === 'batch' ? record.events : []));
      this.#pending.push({ append: effect.append, events });
    } else if (effect.kind === 'receipt') this.#receipt(effect);
    else if (effect.kind === 'error' && effect.about.messageType === 'new') {
      const { input } = this.#next(effect.sessionId);
      demand(input.batchId === effect.about.batchId, 'an error answers another batch');
    }
  }

  finished(_views: CoreViews): void {
    for (const [session, open] of this.#open)
      demand(open.length === 0, `session ${session} has ${open.length} batches without an answer`);
  }

  #receipt({ sessionId, receipts, batchId }: Extract<Effect, { kind: 'receipt' }>): void {
    const { input, expected } = this.#next(sessionId);
    demand(input.batchId === batchId, `receipts of batch ${batchId} came instead of ${input.batchId}`);
    demand(
      JSON.stringify(receipts.map(({ checksum }) => checksum)) ===
        JSON.stringify(input.events.map(({ checksum }) => checksum)),
      'receipts do not match the events',
    );
    if (expected !== undefined) {
      const statuses = receipts.map(({ status }) => status);
      demand(`${statuses}` === `${expected}`, `judged ${statuses}, should be ${expected}`);
    }
    for (const receipt of receipts) if (receipt.status === 'success') this.#stored(receipt);
    if (batchId !== undefined) this.#sameAsBefore(input, receipts);
  }

  #stored({ key, value, position }: Receipt): void {
    const event = this.#books.log[(position ?? 0) - 1];
    demand(
      event !== undefined && event.key === key && event.value === value,
      `position ${position} was promised and is not on the disk`,
    );
  }

  #sameAsBefore(input: New, receipts: readonly Receipt[]): void {
    const id = this.#batchName(input);
    const answer = JSON.stringify(receipts.map(({ status, position }) => [status, position]));
    const promised = this.#promised.get(id);
    demand(promised === undefined || promised === answer, `batch ${id} got ${promised}, and then ${answer}`);
    if (receipts.some(({ status }) => status === 'success')) this.#promised.set(id, answer);
  }

  #next(sessionId: number): Question {
    const question = this.#open.get(sessionId)?.shift();
    demand(question !== undefined, `session ${sessionId} gets an answer to nothing`);
    return question;
  }

  #question(input: New): Question {
    const repeated = input.batchId !== undefined && this.#asked.has(this.#batchName(input));
    if (input.batchId !== undefined) this.#asked.add(this.#batchName(input));
    return { input, expected: this.#paused || repeated ? undefined : this.#judge(input) };
  }

  #batchName({ sessionId, batchId }: New): string {
    return `${this.#clientTypes.get(sessionId) ?? ''}/${batchId}`;
  }

  #judge({ sessionId, events, atomic, acknowledges }: New): string[] {
    const types = this.#subscriptions.get(this.#clientTypes.get(sessionId) ?? '') ?? ['*'];
    const before = new Map<string, StoredEvent[]>();
    const accepted = new Map<string, number>();
    const fits = events.map(({ key, expect }) => {
      const known = inner(before, key, () => this.#eventsOf(key));
      const next = known.length + (accepted.get(key) ?? 0);
      const ok =
        expect.kind === 'implicit' ||
        (expect.kind === 'exact' && expect.value === next) ||
        (expect.kind === 'seen' &&
          !known.some(({ type, value }) => value > expect.value && wantsType(types, type)));
      if (ok) accepted.set(key, (accepted.get(key) ?? 0) + 1);
      return ok;
    });
    const whole = atomic || acknowledges !== undefined;
    return fits.map((ok) => ((whole ? fits.every(Boolean) : ok) ? 'success' : 'inconsistent'));
  }

  /** Durable and pending; what is on the disk already may be pending for the core. */
  #eventsOf(key: string): StoredEvent[] {
    const durable = this.#books.keys.get(key) ?? [];
    const pending = this.#pending
      .flatMap(({ events }) => events)
      .filter((event) => event.key === key && event.position > this.#books.log.length);
    return [...durable, ...pending];
  }
}
