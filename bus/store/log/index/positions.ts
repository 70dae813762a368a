/** Ascending positions as bytes: the first as it is, the others as distances, each in groups of 7 bits, lowest group first. */
export function packPositions(positions: readonly number[]): Buffer {
  const bytes: number[] = [];
  let before = 0;
  for (const position of positions) {
    let left = position - before;
    while (left >= 0x80) {
      bytes.push((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    bytes.push(left);
    before = position;
  }
  return Buffer.from(bytes);
}

export function* unpackPositions(bytes: Uint8Array): Generator<number> {
  let position = 0;
  let distance = 0;
  let weight = 1;
  for (const byte of bytes) {
    distance += (byte & 0x7f) * weight;
    if (byte & 0x80) {
      weight *= 0x80;
      continue;
    }
    position += distance;
    yield position;
    distance = 0;
    weight = 1;
  }
}
