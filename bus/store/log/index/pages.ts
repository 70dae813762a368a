import { fstatSync, readSync } from 'node:fs';

/**
 * The pages of an LMDB file (data format 2), read with plain reads: mapped into memory, pages that are wrong or missing could end
 * the process. Knows only how pages hang together, nothing of what is in them.
 *
 *     page  offset  bytes                        meta (pages 0 and 1)  offset  bytes
 *                0      8  its number                                      24      4  magic
 *                8      8  transaction that wrote it                       48     48  tree of the free pages; begins with the bytes of a page
 *               18      2  kind                                            96     48  tree of the databases
 *               20      4  nodes × 2, or pages                            152      8  transaction
 *               24      …  offsets of nodes (2 each, from 24)
 *
 * A page is never changed by a later transaction, only followed by another at another place. So whoever knows all pages up to a
 * transaction finds those of later ones without looking below a page that he knows.
 */
export interface Snapshot {
  readonly pageBytes: number;
  readonly transaction: number;
  readonly trees: readonly Tree[];
  /** the meta page, from which all of this is read again by `snapshotIn` */
  readonly meta: Buffer;
}

/** How a tree is described: where it begins, and how many pages it has. */
interface Tree {
  readonly root: number;
  readonly pages: number;
}

/** A page, or a row of pages that one value fills. */
export interface PageFound {
  readonly number: number;
  readonly bytes: Buffer;
}

/** Pages that do not hang together as LMDB's do. */
export class PageError extends Error {}

const MAGIC = 0xbeefc0de;
const META_BYTES = 168;
const TREES_AT = [48, 96];
const TRANSACTION_AT = 152;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
const [BRANCH, LEAF, OVERFLOW] = [1, 2, 4];
const [LARGE_VALUE, DATABASE] = [1, 2];
const HEADER_BYTES = 24;
const NODE_BYTES = 8;

/** What a meta page describes. @throws PageError */
export function snapshotIn(meta: Buffer): Snapshot {
  if (meta.length < META_BYTES || meta.readUInt32LE(24) !== MAGIC) throw new PageError('no meta page');
  return {
    pageBytes: meta.readUInt32LE(48),
    transaction: Number(meta.readBigUInt64LE(TRANSACTION_AT)),
    trees: TREES_AT.map((at) => treeAt(meta, at)),
    meta: meta.subarray(0, META_BYTES),
  };
}

/** The newest of the two that the file describes. Only while nobody writes. @throws PageError */
export function newestSnapshot(file: number): Snapshot {
  const first = snapshotIn(readBytes(file, 0, META_BYTES));
  const second = snapshotIn(readBytes(file, first.pageBytes, META_BYTES));
  return second.transaction > first.transaction ? second : first;
}

/** The two meta pages of a file that holds this snapshot and none after it, by their offsets. */
export function metaPagesOf({ meta, pageBytes, transaction }: Snapshot): [offset: number, page: Buffer][] {
  return [transaction, transaction - 1].map((number) => {
    const page = Buffer.from(meta);
    const slot = number % 2;
    page.writeBigUInt64LE(BigInt(slot), 0);
    page.writeBigUInt64LE(BigInt(number), TRANSACTION_AT);
    return [slot * pageBytes, page];
  });
}

/**
 * Every page of a snapshot that transactions after `known` wrote; 0 for all of them, which then are as many as the trees say. The bytes
 * of a page are good until the next one is asked for: a seal looks at tens of thousands, and their buffers would stay with the process.
 * @throws PageError where a page is not what the one above it says
 */
export function* pagesOf(file: number, snapshot: Snapshot, known: number): Generator<PageFound> {
  const { pageBytes, transaction } = snapshot;
  const fileEnd = Math.ceil(fstatSync(file).size / pageBytes);
  const waiting: number[] = [];
  const page = Buffer.allocUnsafe(pageBytes);
  let announced = 0;
  let found = 0;
  const plant = ({ root, pages }: Tree): void => {
    announced += pages;
    if (pages > 0) waiting.push(root);
  };
  snapshot.trees.forEach(plant);
  while (waiting.length > 0) {
    const number = waiting.pop()!;
    if (number >= fileEnd) throw new PageError(`page ${number} is behind the end of the file`);
    let bytes = readBytes(file, number * pageBytes, pageBytes, page);
    const writtenBy = Number(bytes.readBigUInt64LE(8));
    if (Number(bytes.readBigUInt64LE(0)) !== number || writtenBy > transaction)
      throw new PageError(`page ${number} is another one`);
    if (writtenBy <= known) continue;
    const kind = bytes.readUInt16LE(18);
    const count = (kind & OVERFLOW) === 0 ? 1 : bytes.readUInt32LE(20);
    found += count;
    if (number + count > fileEnd || found > announced)
      throw new PageError(`there is more behind page ${number} than there can be`);
    if (count > 1) bytes = readBytes(file, number * pageBytes, count * pageBytes);
    if ((kind & (BRANCH | LEAF)) !== 0) waiting.push(...below(number, bytes, (kind & BRANCH) !== 0, plant));
    yield { number, bytes };
  }
  if (known === 0 && found !== announced) throw new PageError(`${announced - found} pages are missing`);
}

/** Numbers of the pages below a page of a tree; `plant` is told of trees that begin there. @throws PageError */
function below(number: number, page: Buffer, isBranch: boolean, plant: (tree: Tree) => void): number[] {
  const found: number[] = [];
  const nodes = page.readUInt16LE(20) / 2;
  try {
    for (let n = 0; n < nodes; n += 1) {
      const node = HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + 2 * n);
      const flags = page.readUInt16LE(node + 4);
      if (isBranch) {
        found.push(page.readUInt32LE(node) + flags * 2 ** 32);
        continue;
      }
      const value = node + NODE_BYTES + page.readUInt16LE(node + 6);
      if ((flags & LARGE_VALUE) !== 0) found.push(Number(page.readBigUInt64LE(value)));
      else if ((flags & DATABASE) !== 0) plant(treeAt(page, value));
    }
  } catch (error) {
    throw new PageError(`page ${number} has a node that runs out of it`, { cause: error });
  }
  return found;
}

function treeAt(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  const pages = [8, 16, 24].reduce((sum, field) => sum + Number(bytes.readBigUInt64LE(at + field)), 0);
  return { root: Number(root), pages: root === NO_ROOT ? 0 : pages };
}

function readBytes(
  file: number,
  offset: number,
  length: number,
  bytes: Buffer = Buffer.allocUnsafe(length),
): Buffer {
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, offset + filled);
    if (read === 0) throw new PageError(`the file ends at ${offset + filled}`);
    filled += read;
  }
  return bytes;
}
