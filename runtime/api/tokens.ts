import type { Json } from '../../common/protocol/messages.js';

/** `access`: good for everything but a new token, for minutes. `refresh`: good for new access tokens only, for days. */
export const AUDIENCES = ['access', 'refresh'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** What a token says. Times are Unix seconds. */
export interface Claims {
  readonly [name: string]: Json;
  readonly sub: string;
  readonly aud: Audience;
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
}

/** Signed tokens as scripts and host pages see them; keys and lifetimes are the implementation's. */
export interface TokenPort {
  /** @param claims what the script has to say besides; names in `HOST_CLAIMS` are the host's */
  issue(sub: string, aud: Audience, claims: Readonly<Record<string, Json>>): Promise<string>;
  /** undefined = not ours, altered, out of date, or for another audience */
  verify(token: string, audience: Audience): Promise<Claims | undefined>;
  /** JSON Web Key Set with which anybody can verify, without secrets */
  publicKeys(): Promise<{ readonly keys: readonly Json[] }>;
}

export const HOST_CLAIMS = ['iss', 'iat', 'exp', 'nbf', 'jti'] as const;
