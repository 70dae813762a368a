import { RecentMap } from '../../../common/recent-map.js';
import type { Job } from './job.js';

/** Keys whose newest accepted value is remembered. Of one that is forgotten a decision may be refused once more than it had to be. */
const ACCEPTED_MAX = 20_000;

/**
 * Queues in front of what handlers contend for. A decision takes the keys it will be judged by before it is published; who
 * finds one taken, or was refused, forgets what it did and queues. So n contenders cost about n refusals, not n².
 *
 * Names are free texts (`key acc-7`, `data account:7`). A queue is first come, first served; several names are taken one after
 * the other in sorted order, so two holders never wait for each other. All of it is about cost only: correctness rests on the
 * bus and on the store's expectations.
 */
export class Contention {
  readonly #queues = new Map<string, { hold: Hold; go: () => void }[]>();
  /** keys whose newest accepted value is known here and not yet seen applied */
  readonly #accepted = new RecentMap<string, number>(ACCEPTED_MAX);
  /** by key, the newest batch with an event of it that the bus has not judged yet */
  readonly #sent = new Map<string, Promise<unknown>>();

  hold(): Hold {
    return new Hold(this);
  }

  /** @param answer settles when the bus has judged, and what it has accepted is noted */
  noteSent(keys: readonly string[], answer: Promise<unknown>): void {
    const judged = answer
      .catch(() => {})
      .then(() => {
        for (const key of keys) if (this.#sent.get(key) === judged) this.#sent.delete(key);
      });
    for (const key of keys) this.#sent.set(key, judged);
  }

  /**
   * Resolves when every batch with an event of the key that is at the bus now is judged (it answers in order); undefined if there is
   * none. What knows nothing of them would be refused.
   */
  judged(key: string): Promise<unknown> | undefined {
    return this.#sent.get(key);
  }

  /** The bus has taken an event of this service at this value: whoever decides about the key needs it applied first. */
  noteAccepted(key: string, value: number): void {
    this.#accepted.set(key, Math.max(this.#accepted.get(key) ?? -1, value));
  }

  /** The newest accepted value known of the key that a mark which reaches `upTo` lacks. */
  missing(key: string, upTo: number): number | undefined {
    const accepted = this.#accepted.get(key);
    if (accepted === undefined || accepted > upTo) return accepted;
    this.#accepted.delete(key);
    return undefined;
  }

  forgetAccepted(key: string): void {
    this.#accepted.delete(key);
  }

  holder(name: string): Hold | undefined {
    return this.#queues.get(name)?.[0]?.hold;
  }

  enter(name: string, hold: Hold): Promise<void> {
    return new Promise((go) => {
      const queue = this.#queues.get(name);
      if (queue) {
        queue.push({ hold, go });
        return;
      }
      this.#queues.set(name, [{ hold, go }]);
      go();
    });
  }

  leave(name: string, hold: Hold): void {
    const queue = this.#queues.get(name) ?? [];
    const wasHolder = queue[0]?.hold === hold;
    const rest = queue.filter((waiting) => waiting.hold !== hold);
    if (rest.length === 0) {
      this.#queues.delete(name);
      return;
    }
    this.#queues.set(name, rest);
    if (wasHolder) rest[0]?.go();
  }
}

/** The names that one piece of work holds. `release` in a `finally`. */
export class Hold {
  readonly #names = new Set<string>();

  constructor(private readonly contention: Contention) {}

  /** Takes all of these, or none and gives false, if another holds one of them. Never waits. */
  take(names: readonly string[]): boolean {
    const wanted = names.filter((name) => !this.#names.has(name));
    if (wanted.some((name) => this.contention.holder(name))) return false;
    for (const name of wanted) {
      this.#names.add(name);
      void this.contention.enter(name, this);
    }
    return true;
  }

  /** Waits for its turn in all of these, and in those it had. */
  async queue(names: readonly string[], job: Job): Promise<void> {
    const all = [...new Set([...this.#names, ...names])].sort();
    if (all.every((name) => this.#names.has(name))) return;
    this.release();
    for (const name of all) {
      this.#names.add(name);
      await job.run(
        () => this.contention.enter(name, this),
        () => {},
      );
    }
    job.check();
  }

  release(): void {
    for (const name of this.#names) this.contention.leave(name, this);
    this.#names.clear();
  }
}
