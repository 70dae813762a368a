import { parsePattern, type Segment } from '../../api/route-pattern.js';
import type { RouteDeclaration } from '../types.js';
import { noNames } from './target.js';

export type RouteMatch =
  | {
      readonly kind: 'route';
      readonly route: RouteDeclaration;
      readonly args: Readonly<Record<string, string>>;
    }
  /** the path is known, but not with this method */
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * Finds the route of a request: of all patterns that match the path and the method, the first that the script declared. A
 * GET route answers HEAD too, unless there is one for HEAD.
 */
export class RouteTable {
  /** by number of segments, in the order of declaration */
  readonly #routes = new Map<number, { route: RouteDeclaration; segments: readonly Segment[] }[]>();

  constructor(routes: readonly RouteDeclaration[]) {
    for (const route of routes) {
      const segments = parsePattern('route', route.pattern);
      const sameLength = this.#routes.get(segments.length);
      if (sameLength) sameLength.push({ route, segments });
      else this.#routes.set(segments.length, [{ route, segments }]);
    }
  }

  /** @param path decoded segments */
  match(method: string, path: readonly string[]): RouteMatch {
    const allow = new Set<string>();
    let getForHead: RouteMatch | undefined;
    for (const { route, segments } of this.#routes.get(path.length) ?? []) {
      const args = matchSegments(segments, path);
      if (!args) continue;
      const found = { kind: 'route', route, args } as const;
      if (route.method === method) return found;
      if (method === 'HEAD' && route.method === 'GET') getForHead ??= found;
      allow.add(route.method);
      if (route.method === 'GET') allow.add('HEAD');
    }
    if (getForHead) return getForHead;
    return allow.size > 0 ? { kind: 'other-method', allow: [...allow] } : { kind: 'unknown' };
  }
}

/** The variables' values, or undefined if the path is another. Both have the same number of segments. */
function matchSegments(
  pattern: readonly Segment[],
  path: readonly string[],
): Record<string, string> | undefined {
  const args = noNames();
  for (const [at, segment] of pattern.entries()) {
    const text = path[at] ?? '';
    if ('variable' in segment) {
      if (text === '') return undefined;
      args[segment.variable] = text;
    } else if (segment.literal !== text) return undefined;
  }
  return args;
}
