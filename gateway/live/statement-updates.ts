import type { Clock } from '../../common/clock.js';
import { LIVE_CLOSE } from '../../common/pages/live.js';
import type { Caller } from '../auth/access.js';
import { Problem } from '../problem.js';
import { CLOSE, type FrameHandler } from './client-socket.js';
import type { Hub, Unwatch } from './hub.js';
import { TIMER_MS_MAX } from './timer.js';
import type { OwnTopic } from './topics.js';
import type { Update } from './update.js';

/** Accounts that are asked for at once: one frame may name a thousand, and each may cost the services a request. */
const AT_ONCE = 16;

/** What a connection of `WS /updates` needs. */
export interface StatementUpdatesParts {
  readonly hub: Pick<Hub, 'watch'>;
  readonly topicsMax: number;
  /** The topic of an account that this client may watch, and until when (Unix ms; undefined = nobody signs in); throws Problem. */
  readonly accountOf: (id: number, access: unknown) => Promise<OwnTopic & Pick<Caller, 'expiresAt'>>;
  readonly clock: Clock;
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
}

/**
 * `WS /updates`, in the shapes of the first generation: the client names accounts, and from then on is told each new entry of
 * their statements. A client that comes back names the last `seq` it has of each. Further frames add accounts. Where people sign in,
 * the connection is closed when the newest token it has shown runs out.
 *
 *     { account_ids: [7, 8], after?: { "7": 12 }, access?: token }
 *     { update_type: "new_statement_item", for_account_id: 7, data: { seq, timestamp, amount, note, balance } }
 */
export class StatementUpdates implements FrameHandler {
  readonly #watching = new Map<number, Unwatch>();
  #closed = false;
  /** Unix ms */
  #goodUntil = 0;
  #end: NodeJS.Timeout | undefined;

  constructor(private readonly parts: StatementUpdatesParts) {}

  async frame({ account_ids: ids, after, access }: Readonly<Record<string, unknown>>): Promise<void> {
    const accounts = Array.isArray(ids) ? ids.map(accountId) : [undefined];
    if (accounts.includes(undefined))
      return this.#refuse(new Problem('bad_request', 'account_ids must be a list of numbers of accounts.'));
    if (accounts.length > this.parts.topicsMax) return this.#refuse(this.#tooMany());
    const known = typeof after === 'object' && after !== null ? (after as Record<string, unknown>) : {};
    const asked = accounts as number[];
    for (let from = 0; from < asked.length && !this.#closed; from += AT_ONCE)
      await Promise.all(asked.slice(from, from + AT_ONCE).map((id) => this.#asked(id, known[id], access)));
  }

  unreadable(): void {
    this.parts.close(CLOSE.badFrame, 'a frame must be a JSON object');
  }

  closed(): void {
    this.#closed = true;
    clearTimeout(this.#end);
    for (const unwatch of this.#watching.values()) unwatch();
    this.#watching.clear();
  }

  async #asked(id: number, seq: unknown, access: unknown): Promise<void> {
    if (seq === undefined || isCursor(seq)) await this.#watch(id, seq, access);
    else this.#refuse(new Problem('bad_request', 'after must name the last seq of an account.'));
  }

  async #watch(id: number, after: number | undefined, access: unknown): Promise<void> {
    try {
      const { topic, now, expiresAt } = await this.parts.accountOf(id, access);
      const from = after ?? (await now());
      if (this.#closed) return;
      if (expiresAt !== undefined && expiresAt > this.#goodUntil) this.#endAt(expiresAt);
      if (this.#watching.size >= this.parts.topicsMax && !this.#watching.has(id)) throw this.#tooMany();
      this.#watching.get(id)?.();
      const unwatch = this.parts.hub.watch(topic, from, (update) => this.parts.send(entryText(id, update)));
      // Who does not read may have been closed by what was told at once.
      if (this.#closed) unwatch();
      else this.#watching.set(id, unwatch);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #endAt(expiresAt: number): void {
    this.#goodUntil = expiresAt;
    clearTimeout(this.#end);
    this.#end = setTimeout(
      () => this.parts.close(LIVE_CLOSE.signedOut, 'the access token has run out'),
      Math.min(expiresAt - this.parts.clock.now(), TIMER_MS_MAX),
    );
  }

  #tooMany(): Problem {
    return new Problem('too_large', `One connection may watch ${this.parts.topicsMax} accounts.`);
  }

  #refuse(error: unknown): void {
    const problem = error instanceof Problem ? error : new Problem('internal');
    this.parts.send(JSON.stringify({ update_type: 'error', ...problem.body }));
  }
}

function entryText(id: number, update: Update): string {
  return update.text('statement item', ({ data }) => ({
    update_type: 'new_statement_item',
    for_account_id: id,
    data,
  }));
}

/** Clients of the first generation send numbers, or their text. */
function accountId(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function isCursor(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= -1;
}
