/** Who uses the pages, and how they sign in. Names of fields are those of the wire. */

/** `POST /register`, `POST /login` */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** `cookie`: the refresh token goes into an HttpOnly cookie and not into the answer */
  readonly session?: 'cookie';
}

/** Answer of `POST /register` (201), `POST /login` and `POST /refresh` (200). */
export interface SignedIn {
  readonly username: string;
  /** short-lived token for `Authorization: Bearer …` or the header `access`; kept in memory only */
  readonly access: string;
  /** seconds until `access` runs out */
  readonly expires_in: number;
  /** token that is good for `/refresh` and `/logout` only; absent if it is in the cookie */
  readonly refresh?: string;
}

/** `POST /refresh`, `POST /logout`: without `refresh` the cookie is used. */
export interface RefreshRequest {
  readonly refresh?: string;
}

/** `GET /api/mode`, for everybody */
export interface Mode {
  /** false: nobody signs in; the caller is whoever the header `x-user` (or `?x-user=`) says */
  readonly auth: boolean;
  readonly demonstration: boolean;
  /** only in demonstration mode */
  readonly demo_users?: readonly DemoUser[];
  readonly version: string;
}

export interface DemoUser {
  readonly username: string;
  readonly password: string;
  readonly operator: boolean;
}

/** `GET /api/me` */
export interface Me {
  readonly username: string;
  readonly operator: boolean;
}
