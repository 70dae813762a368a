import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import type { Clock } from '../../../common/clock.js';
import type { Json } from '../../../common/protocol/messages.js';
import type { Audience, Claims, TokenPort } from '../../api/tokens.js';
import { readOrMakeKey } from './key-file.js';

/**
 * Tokens as JSON Web Tokens with EdDSA. All instances of a machine share the key in one folder; whoever verifies elsewhere
 * takes the public key from `/.well-known/jwks.json`. Nothing is read, made or loaded before the first use, and nothing here
 * computes on the event loop's back.
 */
export const DEFAULT_KEYS = './data/keys';
export const ISSUER = 'autokrator';

export const LIFETIME_S: Readonly<Record<Audience, number>> = {
  access: 5 * 60,
  refresh: 14 * 24 * 60 * 60,
};

const ALGORITHM = 'EdDSA';

interface Keys {
  readonly secret: KeyObject;
  readonly public: KeyObject;
  /** thumbprint of the public key (RFC 7638) */
  readonly id: string;
}

export class Tokens implements TokenPort {
  #keys: Promise<Keys> | undefined;

  /** @param folder where the private key is kept */
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  async issue(sub: string, aud: Audience, claims: Readonly<Record<string, Json>>): Promise<string> {
    const { SignJWT } = await import('jose');
    const { secret, id } = await this.#ready();
    const now = this.#now();
    return new SignJWT({ ...claims, ...(aud === 'refresh' && { jti: randomUUID() }) })
      .setProtectedHeader({ alg: ALGORITHM, kid: id, typ: 'JWT' })
      .setSubject(sub)
      .setAudience(aud)
      .setIssuer(ISSUER)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFETIME_S[aud])
      .sign(secret);
  }

  async verify(token: string, audience: Audience): Promise<Claims | undefined> {
    const { errors, jwtVerify } = await import('jose');
    const keys = await this.#ready();
    try {
      const { payload } = await jwtVerify(token, keys.public, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(this.#now() * 1000),
      });
      return payload as Claims;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  async publicKeys(): Promise<{ keys: Json[] }> {
    const keys = await this.#ready();
    const { kty, crv, x } = keys.public.export({ format: 'jwk' });
    return { keys: [{ kty, crv, x, kid: keys.id, alg: ALGORITHM, use: 'sig' }] as Json[] };
  }

  #ready(): Promise<Keys> {
    this.#keys ??= this.#load().catch((error: unknown) => {
      // The folder may be there the next time.
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #load(): Promise<Keys> {
    const { calculateJwkThumbprint } = await import('jose');
    const secret = await readOrMakeKey(this.folder, randomUUID());
    const open = createPublicKey(secret);
    return { secret, public: open, id: await calculateJwkThumbprint(open.export({ format: 'jwk' })) };
  }

  #now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
