import { RequestError } from './request-error.js';

/** The target of a request, taken apart: `/account/5?limit=2`. */
export interface Target {
  /** as it was asked for */
  readonly url: string;
  /** the part before `?`, as it was asked for */
  readonly path: string;
  /** the path between its slashes, decoded; `/` has one empty segment */
  readonly segments: readonly string[];
  /** decoded; of a repeated name the last value counts */
  readonly query: Readonly<Record<string, string>>;
}

/** @throws RequestError for percent-encoding that is malformed, or is not UTF-8 */
export function parseTarget(url: string): Target {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/'))
    throw new RequestError('not_found', `There is nothing at ${JSON.stringify(path)}.`);
  return {
    url,
    path,
    segments: path
      .slice(1)
      .split('/')
      .map((segment) => decoded(segment, 'path')),
    query: mark < 0 ? noNames() : parseQuery(url.slice(mark + 1)),
  };
}

function parseQuery(text: string): Record<string, string> {
  const query = noNames();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    query[decoded(name.replaceAll('+', ' '), 'query')] = decoded(value.replaceAll('+', ' '), 'query');
  }
  return query;
}

/** Without a prototype: a caller's `__proto__` is a name like any other. */
export function noNames(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function decoded(text: string, field: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestError(
      'bad_request',
      `The percent-encoding ${JSON.stringify(text)} in the ${field} is malformed.`,
      field,
    );
  }
}
