/**
 * Redis glob patterns, one implementation for every store: `*` any text, `?` one character, `[abc]` `[a-z]` `[^a]` one of
 * (none of) these, `\x` the character x itself. Characters are code points; Redis itself counts bytes.
 * Time grows with the pattern's length times the text's, never faster.
 */
export type Matcher = (text: string) => boolean;

export function compileGlob(pattern: string): Matcher {
  const tokens = parse([...pattern]);
  return (text) => matches(tokens, text);
}

/** The characters every match begins with. */
export function literalPrefix(pattern: string): string {
  let prefix = '';
  for (const token of parse([...pattern])) {
    if (token.kind !== 'literal') break;
    prefix += token.character;
  }
  return prefix;
}

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'literal'; readonly character: string }
  | {
      readonly kind: 'class';
      readonly not: boolean;
      readonly ranges: readonly (readonly [number, number])[];
    };

function parse(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at]!;
    if (character === '[') {
      at = parseClass(pattern, at + 1, tokens);
      continue;
    }
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'any') tokens.push({ kind: 'any' });
    } else if (character === '?') {
      tokens.push({ kind: 'one' });
    } else if (character === '\\' && at + 1 < pattern.length) {
      at += 1;
      tokens.push({ kind: 'literal', character: pattern[at]! });
    } else {
      tokens.push({ kind: 'literal', character });
    }
    at += 1;
  }
  return tokens;
}

/** Parses behind the `[`; returns where the pattern goes on. As in Redis, a class that is never closed ends with the pattern. */
function parseClass(pattern: readonly string[], start: number, tokens: Token[]): number {
  const not = pattern[start] === '^';
  const ranges: [number, number][] = [];
  let at = not ? start + 1 : start;
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\' && at + 1 < pattern.length) {
      const code = pattern[at + 1]!.codePointAt(0)!;
      ranges.push([code, code]);
      at += 2;
    } else if (pattern[at + 1] === '-' && at + 2 < pattern.length) {
      const [from, to] = [pattern[at]!.codePointAt(0)!, pattern[at + 2]!.codePointAt(0)!];
      ranges.push(from <= to ? [from, to] : [to, from]);
      at += 3;
    } else {
      const code = pattern[at]!.codePointAt(0)!;
      ranges.push([code, code]);
      at += 1;
    }
  }
  tokens.push({ kind: 'class', not, ranges });
  return at + 1;
}

/** Only the last `*` is ever tried again: what an earlier one could take more, the last one can take too. */
function matches(tokens: readonly Token[], text: string): boolean {
  const characters = [...text];
  let token = 0;
  let at = 0;
  let star = -1;
  let retryFrom = 0;
  while (at < characters.length) {
    const current = tokens[token];
    if (current?.kind === 'any') {
      star = token;
      retryFrom = at;
      token += 1;
    } else if (current !== undefined && fits(current, characters[at]!)) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      retryFrom += 1;
      at = retryFrom;
      token = star + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'any');
}

function fits(token: Exclude<Token, { kind: 'any' }>, character: string): boolean {
  if (token.kind === 'one') return true;
  if (token.kind === 'literal') return token.character === character;
  const code = character.codePointAt(0)!;
  return token.ranges.some(([from, to]) => from <= code && code <= to) !== token.not;
}
