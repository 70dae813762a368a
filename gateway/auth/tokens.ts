import { type CryptoKey, errors, type JWSHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../common/clock.js';
import { BoundedMap } from '../bounded-map.js';
import { Problem } from '../problem.js';

/** What a good access token says. */
export interface TokenClaims {
  readonly username: string;
  /** Unix milliseconds */
  readonly expiresAt: number;
}

/**
 * Verifies access tokens by their signature, without asking anybody. What has been found good is remembered until it runs out:
 * the signature costs a hundred times what the look-up does.
 */
export class Tokens {
  readonly #good: BoundedMap<string, TokenClaims>;

  constructor(
    private readonly keyOf: (header: JWSHeaderParameters) => Promise<CryptoKey>,
    private readonly clock: Clock,
    verifiedMax: number,
  ) {
    this.#good = new BoundedMap(verifiedMax);
  }

  /** @throws Problem unauthorized, whatever is wrong with it */
  async verify(token: string): Promise<TokenClaims> {
    const known = this.#good.get(token);
    if (known !== undefined) {
      if (known.expiresAt > this.clock.now()) return known;
      this.#good.delete(token);
      throw expired();
    }
    const claims = claimsOf(await this.#checked(token));
    this.#good.set(token, claims);
    return claims;
  }

  async #checked(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.keyOf, {
        algorithms: ['EdDSA'],
        issuer: 'autokrator',
        audience: 'access',
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(this.clock.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired();
      if (error instanceof errors.JOSEError)
        throw new Problem('unauthorized', 'This token is not valid here.');
      throw error;
    }
  }
}

function claimsOf({ sub, exp }: JWTPayload): TokenClaims {
  if (sub === undefined || sub === '' || exp === undefined)
    throw new Problem('unauthorized', 'This token is not valid here.');
  return { username: sub, expiresAt: exp * 1000 };
}

function expired(): Problem {
  return new Problem('unauthorized', 'The token has run out.');
}
