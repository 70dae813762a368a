import type { StoredEvent } from '../../../common/events.js';
import { covers, type Mark, parseMark } from '../../../runtime/service/engine/marks.js';
import { META } from '../../../runtime/service/engine/meta.js';
import type { OutboxEntry } from '../../../runtime/service/engine/outbox-entry.js';
import type { Commit, StateStore } from '../../../runtime/state/state-store.js';
import type { Account } from '../bank/banks.js';
import { ACCOUNTS, ANSWERS, amountOf, isMoney } from '../bank/facts.js';
import type { Style } from '../bank/scenario.js';
import { atOnce } from '../bank/state-medium.js';
import type { Books } from './books.js';
import { demand } from './checker.js';

/** Number and sum of what moved an account. */
interface Moved {
  events: number;
  balance: number;
}

/**
 * What must be so of the bank's state after every commit, whoever made it:
 *
 * - Each account holds the effect of exactly those events that its applied mark covers, and of the batches in the outbox whose
 *   events the mark does not cover yet: nothing is applied twice, nothing is marked and not applied.
 * - A request that its mark covers is answered in the log, or its entry is in the outbox.
 * - Nothing up to the checkpoint is still owed, and the effect of everything up to it is here.
 */
export class BankStateChecker {
  constructor(
    private readonly store: StateStore,
    private readonly books: Books,
    private readonly style: Style,
  ) {}

  committed({ writes }: Commit): void {
    const status = this.#text('meta', META.status);
    if (this.#text('meta', META.generation) === undefined || status === undefined || status === 'emptying')
      return;
    const entries = this.#entries();
    for (const id of ACCOUNTS) this.#checkAccount(id, entries);
    this.#checkRequests(entries);
    if (writes.some((write) => write.op === 'set' && write.space === 'meta' && write.key === META.checkpoint))
      this.#checkCheckpoint(entries);
  }

  #checkAccount(id: string, entries: readonly OutboxEntry[]): void {
    const key = `acc-${id}`;
    const text = this.#text('data', `account:${id}`);
    const { balance, events } = text === undefined ? NOTHING : (JSON.parse(text) as Account);
    const expected = this.#expected(key, entries);
    demand(
      balance === expected.balance && events === expected.events,
      `the state of ${key} is not the fold of what its mark covers: ${JSON.stringify({ balance, events, expected, mark: this.#text('mark', key) })}`,
    );
  }

  #expected(key: string, entries: readonly OutboxEntry[]): Moved {
    const mark = this.#mark(key);
    const moved: Moved = { events: 0, balance: 0 };
    const covered = new Set<string>();
    const ofBatch = new Map<string, number>();
    for (const event of this.books.keys.get(key) ?? []) {
      if (event.batchId !== undefined) ofBatch.set(event.batchId, (ofBatch.get(event.batchId) ?? 0) + 1);
      if (!isMoney(event) || !covers(mark, event.value)) continue;
      moved.events += 1;
      moved.balance += amountOf(event);
      if (event.batchId !== undefined) covered.add(sendName(event.batchId, key, ofBatch.get(event.batchId)!));
    }
    // With a projection and a decision, what is sent has its effect when it comes back; a classic handler has written it already.
    for (const entry of this.style === 'classic' ? entries : []) {
      let n = 0;
      for (const send of entry.sends.filter((send) => send.key === key)) {
        n += 1;
        if (!isMoney(send) || covered.has(sendName(entry.batch, key, n))) continue;
        moved.events += 1;
        moved.balance += amountOf({ type: send.type, data: JSON.stringify(send.data) });
      }
    }
    return moved;
  }

  #checkRequests(entries: readonly OutboxEntry[]): void {
    const open = new Set(entries.map(({ event }) => event?.key));
    for (const request of this.books.log) {
      const answers = ANSWERS[request.type];
      if (!answers || open.has(request.key)) continue;
      const answered = this.books.keys.get(request.key)!.some(({ type }) => answers.includes(type));
      if (answered) continue;
      demand(
        !covers(this.#mark(request.key), request.value),
        `${request.key} is marked as handled, but neither answered nor in the outbox`,
      );
    }
  }

  #checkCheckpoint(entries: readonly OutboxEntry[]): void {
    const checkpoint = Number(this.#text('meta', META.checkpoint));
    const marks = new Map<string, Mark>();
    for (const event of this.books.log.slice(0, checkpoint)) {
      if (!event.owedTo.includes('accounts')) continue;
      demand(
        !this.books.owed('accounts', event.position),
        `the checkpoint ${checkpoint} stands above an event that is owed: ${event.position}`,
      );
      if (!isMoney(event)) continue;
      const mark = marks.get(event.key) ?? this.#mark(event.key);
      marks.set(event.key, mark);
      demand(
        covers(mark, event.value) || isOfEntry(event, entries),
        `the checkpoint ${checkpoint} stands above an event whose effect is not here: ${event.position}`,
      );
    }
  }

  #entries(): OutboxEntry[] {
    const texts = atOnce(this.store.scan('outbox', undefined, Number.MAX_SAFE_INTEGER));
    return texts.map(([, text]) => JSON.parse(text) as OutboxEntry);
  }

  #mark(key: string): Mark {
    return parseMark(this.#text('mark', key));
  }

  #text(space: 'data' | 'mark' | 'meta', key: string): string | undefined {
    return atOnce(this.store.get(space, key));
  }
}

const NOTHING: Account = { balance: 0, events: 0 };

/** The n-th event of a key in a batch, from 1. */
function sendName(batch: string, key: string, n: number): string {
  return `${batch} ${key} ${n}`;
}

function isOfEntry({ batchId }: StoredEvent, entries: readonly OutboxEntry[]): boolean {
  return entries.some(({ batch }) => batch === batchId);
}
