import { HostError } from '../lua/vm.js';

/**
 * Patterns of routes: `/account/{id}/statement`. `{id}` stands for one whole segment of the path and matches any text in it
 * that is not empty.
 */
export type Segment = { readonly literal: string } | { readonly variable: string };

const VARIABLE = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const LITERAL = /^[^\s{}?#%]*$/;

/**
 * @param call who asks, for the error: `bus:route`
 * @throws HostError naming the part of the pattern that is wrong
 */
export function parsePattern(call: string, pattern: string): Segment[] {
  const wrong = (why: string) => new HostError(`${call}: the pattern ${JSON.stringify(pattern)} ${why}`);
  if (!pattern.startsWith('/')) throw wrong('must begin with "/"');

  const variables = new Set<string>();
  return pattern
    .slice(1)
    .split('/')
    .map((text) => {
      const variable = VARIABLE.exec(text)?.[1];
      if (variable === undefined) {
        if (!LITERAL.test(text))
          throw wrong(`has the segment ${JSON.stringify(text)}; a segment is plain text or one {name}`);
        return { literal: text };
      }
      if (variables.has(variable)) throw wrong(`has {${variable}} twice`);
      variables.add(variable);
      return { variable };
    });
}
