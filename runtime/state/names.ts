/**
 * Names that the stores share: how a client type is written in a directory's or a key's name, and in which order keys stand.
 */

/**
 * A client type as part of a name: other characters than letters, digits, `_`, `-` and inner dots are percent-encoded. So two
 * client types never share a name, none leaves its directory, and `:` can end it.
 */
export function stateName(clientType: string): string {
  return encodeURIComponent(clientType)
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E');
}

/** Code-point order, which is also the order of the UTF-8 bytes; plain `<` would sort by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    // A surrogate stands for a code point above every other unit.
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
