import type { Clock } from '../../common/clock.js';
import { BoundedMap } from '../bounded-map.js';
import { Problem } from '../problem.js';
import type { Settings } from '../settings.js';

interface Guesses {
  count: number;
  /** Unix ms; when they are forgotten */
  readonly until: number;
}

/**
 * Bounds the guessing of passwords: wrong ones are counted per name, per address, and per both, for a time that begins with the
 * first. An attempt counts as wrong until it turns out right, so that a hundred at once are not free. Names that do not exist are
 * counted as those that do.
 */
export class Throttle {
  readonly #guesses: BoundedMap<string, Guesses>;

  constructor(
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {
    this.#guesses = new BoundedMap(settings.guessersMax);
  }

  /**
   * Before the password is looked at. Returns what to call when it was not wrong after all.
   * @throws Problem rate_limited
   */
  attempt(username: string, address: string): (outcome: 'right' | 'not looked at') => void {
    const limits = [
      [`both ${address} ${username}`, this.settings.guessesPerNameAndAddress],
      [`name ${username}`, this.settings.guessesPerName],
      [`address ${address}`, this.settings.guessesPerAddress],
    ] as const;
    const guesses = limits.map(([key]) => this.#of(key));
    const waitMs = Math.max(
      ...limits.map(([, most], n) => (guesses[n]!.count < most ? 0 : guesses[n]!.until - this.clock.now())),
    );
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1000);
      throw new Problem('rate_limited', 'Too many wrong passwords; wait before the next attempt.', {
        retryAfterS,
      });
    }
    for (const each of guesses) each.count += 1;
    return (outcome) => {
      for (const each of guesses) each.count -= 1;
      if (outcome === 'right') guesses[0]!.count = 0;
    };
  }

  #of(key: string): Guesses {
    const known = this.#guesses.get(key);
    if (known !== undefined && known.until > this.clock.now()) return known;
    const fresh = { count: 0, until: this.clock.now() + this.settings.guessWindowMs };
    this.#guesses.set(key, fresh);
    return fresh;
  }
}
