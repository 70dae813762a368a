/** A boundary between two blocks of the log: the end of one, where the next begins. */
export interface Point {
  /** file */
  readonly segment: number;
  /** bytes from the beginning of the file */
  readonly offset: number;
  /** number of blocks before it */
  readonly block: number;
  /** position of the newest event before it, 0 for none */
  readonly position: number;
  /** of the block before it, hex; for the first block the hash that begins the chain */
  readonly hash: string;
}
