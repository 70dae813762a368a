/** One request to the gateway, JSON in and out. Knows nothing of sessions. Throws `Problem`, and nothing else. */
import { Problem, problemOf } from './problem.js';

export interface RequestOptions {
  method?: 'GET' | 'POST' | undefined;
  body?: unknown;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal | undefined;
}

export type Request = (path: string, options?: RequestOptions) => Promise<unknown>;

export const request: Request = async (path, { method = 'GET', body, headers, signal } = {}) => {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch {
    throw problemOf(0, undefined);
  }
  const answer = await bodyOf(response);
  if (!response.ok) throw problemOf(response.status, answer, response.headers.get('retry-after'));
  return answer;
};

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text().catch(() => '');
  try {
    return JSON.parse(text);
  } catch {
    if (!response.ok) return undefined;
    throw new Problem({
      status: response.status,
      code: 'not_json',
      message: 'The answer could not be read.',
    });
  }
}
