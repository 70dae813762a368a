/**
 * The state-store port: where a service keeps what it knows. All instances of a client type share one. A store holds no
 * rule of the handler transaction; it offers reads and one conditional, atomic commit. Values are texts (JSON written by
 * the host), so that people can read them with the store's own tools. Every implementation passes `contract.ts`.
 *
 * Reads of the embedded stores answer at once, Redis answers later: hence `MaybePromise`. A caller that gets a plain value must not
 * be made to wait for it (a Lua handler then runs without a pause).
 *
 * Spaces keep the script's keys and the host's own apart:
 * - `data`    what the script sees as `redis`
 * - `mark`    per consistency key: which events' effects this store holds (applied mark)
 * - `outbox`  batches that are committed here and not yet known to be accepted by the bus, by batch id
 * - `answer`  answers of routes called with an Idempotency-Key
 * - `meta`    generation, checkpoint, leases
 *
 * Keys are any text up to 1024 bytes of UTF-8.
 */
export type Space = 'data' | 'mark' | 'outbox' | 'answer' | 'meta';

export type MaybePromise<T> = T | Promise<T>;

/** One condition of a commit; all must hold. */
export type Expectation =
  /** the text under the key is exactly this; undefined = there is none */
  | { readonly space: Space; readonly key: string; readonly text: string | undefined }
  /** the list under the key has this many items; 0 = there is none (space `data`) */
  | { readonly space: 'data'; readonly key: string; readonly length: number }
  /** the items of the list from index `from` (0-based) on are these, whatever stands behind them (space `data`) */
  | {
      readonly space: 'data';
      readonly key: string;
      readonly from: number;
      readonly items: readonly string[];
    };

export type Write =
  | {
      readonly op: 'set';
      readonly space: Space;
      readonly key: string;
      readonly text: string;
      /** at least 1; the entry ends by itself after this time. Not in the spaces `mark` and `outbox` */
      readonly ttlMs?: number;
    }
  | { readonly op: 'del'; readonly space: Space; readonly key: string }
  /** the integer under a `data` key becomes at least `value` (absent = 0); no expectation is needed: order does not matter */
  | { readonly op: 'raise'; readonly key: string; readonly value: number }
  /** appends to the list under the key (space `data`), in order; no texts = nothing happens */
  | { readonly op: 'push'; readonly key: string; readonly texts: readonly string[] };

export interface Commit {
  readonly expect: readonly Expectation[];
  readonly writes: readonly Write[];
}

/** `conflict` names the first expectation that did not hold; then nothing was written. */
export type CommitResult = { readonly ok: true } | { readonly ok: false; readonly conflict: Expectation };

export class StateStoreError extends Error {
  constructor(
    /** `unavailable`: try again later, it is unknown whether a commit under way happened. `wrong_type`: e.g. a list was read as a value */
    readonly code: 'unavailable' | 'wrong_type' | 'in_use',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'StateStoreError';
  }
}

export interface StateStore {
  /** Opens or creates the state of one client type, if it is not open yet. @throws StateStoreError `unavailable` */
  open(): Promise<void>;

  /**
   * Another number than before once the store may have become an older copy of itself while nobody was asking: its server was
   * lost from sight. What was read under the former number says nothing about the store as it now is. No operation goes from one
   * number over to the next: it is rejected as `unavailable`. A store that its processes hold in their own hands never changes it.
   */
  epoch(): number;

  /** The text under a key, undefined if there is none or its time to live is over. @throws `wrong_type` for a list */
  get(space: Space, key: string): MaybePromise<string | undefined>;

  /** Items first…last (0-based, inclusive, negative = from the end, as in Redis LRANGE) of a list; [] if there is none. */
  range(key: string, first: number, last: number): MaybePromise<readonly string[]>;

  /** Number of items of a list; 0 if there is none. @throws `wrong_type` for a plain value */
  length(key: string): MaybePromise<number>;

  /** All or nothing: checks every expectation and performs every write, in order, as one step that no other instance interleaves. */
  commit(commit: Commit): MaybePromise<CommitResult>;

  /**
   * Adds `by` to the integer under a `data` key (absent = 0) at once, outside any commit, and returns the sum; unique over all
   * instances. The value stays readable with `get` as a decimal text. @throws `wrong_type` if it is no integer or leaves ±(2^53-1)
   */
  increment(key: string, by: number): MaybePromise<number>;

  /** `data` keys that match a Redis glob pattern (`*`, `?`, `[abc]`, `\x`; see glob.ts), sorted by code point; paged inside. */
  keys(pattern: string): MaybePromise<readonly string[]>;

  /** Entries of a space in key order after `after`: [key, text]. Lists are left out. */
  scan(
    space: Space,
    after: string | undefined,
    limit: number,
  ): MaybePromise<readonly (readonly [string, string])[]>;

  /** Removes everything of this client type, in every space. */
  clear(): Promise<void>;

  close(): Promise<void>;
}
