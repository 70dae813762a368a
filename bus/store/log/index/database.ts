import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { ParkedRecord, SubscriptionRecord, UnparkedRecord } from '../../event-store.js';
import type { Term } from '../../source.js';
import type { Point } from '../point.js';

/** What the indexes hold. Written in one transaction with everything else, so an index is always exactly the fold up to `point`. */
export interface Reached {
  /** of the layout below; another one is rebuilt */
  readonly format: number;
  readonly logId: string;
  readonly point: Point;
  /** Unix ms of the newest record */
  readonly lastTime: number;
  readonly incarnation: number;
  /** skips ever recorded */
  readonly skips: number;
}

export const INDEX_FORMAT = 1;

/** `time`: Unix ms of its first event */
export type BlockRow = readonly [
  segment: number,
  offset: number,
  bytes: number,
  events: number,
  time: number,
];
/** [head, [type, value of its newest event, …]] */
export type KeyRow = readonly [head: number, lastOfType: readonly (string | number)[]];
export type BatchRow = readonly [first: number, count: number];
/** [kind, text, first of the positions in the value] */
export type PostingKey = [kind: Term['kind'], text: string, first: number];
export type CountKey = [of: 'type' | 'owed', name: string];

/** The indexes of a log: LMDB, derived from the log, never the truth. May be deleted while no bus runs. */
export interface IndexDatabase {
  readonly env: RootDatabase;
  /** 'reached' */
  readonly meta: Database<Reached, string>;
  /** blocks with events, by their first position */
  readonly blocks: Database<BlockRow, number>;
  /** positions of events by term, packed (`positions.ts`) */
  readonly postings: Database<Buffer, PostingKey>;
  readonly keys: Database<KeyRow, string>;
  readonly batches: Database<BatchRow, [sender: string, batchId: string]>;
  readonly owed: Database<true, [clientType: string, position: number]>;
  readonly counts: Database<number, CountKey>;
  readonly subscriptions: Database<SubscriptionRecord, string>;
  readonly parked: Database<ParkedRecord, [clientType: string, position: number]>;
  /** by their number, from 1 */
  readonly skips: Database<UnparkedRecord, number>;
}

/** Address space, not memory nor disk: above it an index cannot grow. */
const MAP_BYTES = 256 * 2 ** 30;
const DATABASES = 10;

export function indexPath(directory: string): string {
  return join(directory, 'index');
}

export function openIndex(directory: string, { readOnly = false } = {}): IndexDatabase {
  // not flushed with each transaction: after a crash they are taken back to what was sealed (`seal.ts`)
  const env = open({
    path: indexPath(directory),
    mapSize: MAP_BYTES,
    maxDbs: DATABASES + 2,
    noSync: !readOnly,
    readOnly,
  });
  const json = { encoding: 'json' } as const;
  const packed = { encoding: 'msgpack' } as const;
  return {
    env,
    meta: env.openDB('meta', json),
    blocks: env.openDB('blocks', packed),
    postings: env.openDB('postings', { encoding: 'binary' }),
    keys: env.openDB('keys', packed),
    batches: env.openDB('batches', packed),
    owed: env.openDB('owed', packed),
    counts: env.openDB('counts', packed),
    subscriptions: env.openDB('subscriptions', json),
    parked: env.openDB('parked', json),
    skips: env.openDB('skips', json),
  };
}

/** Only while nobody has it open. */
export function deleteIndex(directory: string): void {
  rmSync(indexPath(directory), { recursive: true, force: true });
}

/** What an index holds that was never written to. */
export function emptyReached(logId: string, start: Point): Reached {
  return { format: INDEX_FORMAT, logId, point: start, lastTime: 0, incarnation: 0, skips: 0 };
}

/** A key behind every key that begins with these parts and a position. */
export const POSITION_MAX = Number.MAX_SAFE_INTEGER;
