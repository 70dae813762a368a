import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Clock } from '../../common/clock.js';
import type { Settings } from '../settings.js';

/**
 * The public keys that tokens are verified with, as a `users` instance tells them. They are read once; again when a token names a
 * key that is not among them, but not more often than every `keysMs`: anybody can make up names of keys.
 */
export class PublicKeys {
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly read: () => Promise<JSONWebKeySet>,
    private readonly clock: Clock,
    private readonly settings: Pick<Settings, 'keysMs'>,
  ) {}

  /** @throws if no key fits, or Problem if the keys cannot be read */
  readonly of = async (header: JWSHeaderParameters): Promise<CryptoKey> => {
    if (this.#keys === undefined) await this.#readAgain();
    try {
      return await this.#keys!(header);
    } catch (error) {
      if (this.clock.now() - this.#readAt < this.settings.keysMs) throw error;
      await this.#readAgain();
      return this.#keys!(header);
    }
  };

  /** Many who wait for the same keys wait for one reading. */
  #readAgain(): Promise<void> {
    this.#reading ??= this.read()
      .then((keys) => {
        this.#keys = createLocalJWKSet(keys);
        this.#readAt = this.clock.now();
      })
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }
}
