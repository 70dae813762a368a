/**
 * A short sum over many things, the same in whatever order they are added: two collections with the same sum are the same, but for one
 * case in 2^64. So `verify` compares millions of rows without keeping them.
 */
export class Fingerprint {
  count = 0;
  #low = 0;
  #high = 0;

  /** @param name see `nameHash` */
  add(name: number, ...numbers: readonly number[]): void {
    let low = name;
    let high = ~name;
    for (const number of numbers) {
      low = mix(low ^ (number % 2 ** 32));
      high = mix(high ^ low ^ Math.floor(number / 2 ** 32));
      low = mix(low + high);
    }
    this.count += 1;
    this.#low = (this.#low + low) >>> 0;
    this.#high = (this.#high + high) >>> 0;
  }

  equals(other: Fingerprint): boolean {
    return this.count === other.count && this.#low === other.#low && this.#high === other.#high;
  }
}

/** FNV-1a over the UTF-16 units of texts, each ended so that neighbours cannot be taken for one another. */
export function nameHash(...texts: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const text of texts) {
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x1_0000, 0x01000193);
  }
  return hash;
}

/** The last step of MurmurHash3. */
function mix(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
