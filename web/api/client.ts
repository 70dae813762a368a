/**
 * Requests as the person who is signed in. A token that the gateway does not take is renewed once and the request sent
 * again (nothing had happened); if the session is over, the pages learn it from the session itself.
 */
import type { Session } from '../session/session.js';
import { Problem } from './problem.js';
import type { Request, RequestOptions } from './request.js';

export interface ApiClient {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  /** A command: sent again under the same idempotency key it happens once. */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>;
}

export function createApiClient(session: Session, request: Request): ApiClient {
  async function asCaller(path: string, options: RequestOptions): Promise<unknown> {
    try {
      return await request(path, withCredentials(options));
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      if (!(await session.renew())) throw problem;
      return request(path, withCredentials(options));
    }
  }

  function withCredentials(options: RequestOptions): RequestOptions {
    const { access, user } = session.credentials();
    return {
      ...options,
      headers: {
        ...options.headers,
        ...(access !== undefined && { authorization: `Bearer ${access}` }),
        ...(user !== undefined && { 'x-user': user }),
      },
    };
  }

  return {
    get: async <T>(path: string, signal?: AbortSignal) => (await asCaller(path, { signal })) as T,
    post: async <T>(path: string, body: unknown, idempotencyKey?: string) =>
      (await asCaller(path, {
        method: 'POST',
        body,
        headers: idempotencyKey === undefined ? undefined : { 'idempotency-key': idempotencyKey },
      })) as T,
  };
}
