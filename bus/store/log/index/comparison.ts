import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from 'lmdb';
import type { IndexDatabase, Reached } from './database.js';
import { type ExpectedIndex, typeOfKey } from './expected-index.js';
import { Fingerprint, nameHash } from './fingerprint.js';
import { lastOfTypeOf } from './index-batch.js';
import { unpackPositions } from './positions.js';

/** Indexes as they were at one moment, however long the comparison takes and whoever writes meanwhile. */
export interface IndexSnapshot {
  readonly index: IndexDatabase;
  readonly reached: Reached;
  readonly transaction: Transaction;
}

/** Names the first part of the indexes that is not what the log gives; undefined if all agree. */
export function disagreement(snapshot: IndexSnapshot, expected: ExpectedIndex): string | undefined {
  const parts: Record<string, () => boolean> = {
    'places of blocks': () => blocksAgree(snapshot, expected),
    'positions by key, type, correlation and session': () => postingsAgree(snapshot, expected),
    'batch ids': () => batchesAgree(snapshot, expected),
    'states of keys': () => keysAgree(snapshot, expected),
    debts: () => debtsAgree(snapshot, expected),
    'events per type': () => typesAgree(snapshot, expected),
    'subscriptions, parked and skipped events': () => recordsAgree(snapshot, expected),
    'time and incarnation': () =>
      snapshot.reached.lastTime === expected.lastTime &&
      snapshot.reached.incarnation === expected.incarnation,
  };
  return Object.keys(parts).find((part) => !parts[part]!());
}

function blocksAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  const found = new Fingerprint();
  for (const { key, value } of index.blocks.getRange({ transaction })) found.add(0, key, ...value);
  return found.equals(expected.blocks);
}

function postingsAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  const found = new Fingerprint();
  for (const { key, value } of index.postings.getRange({ transaction })) {
    const name = nameHash(key[0], key[1]);
    for (const position of unpackPositions(value)) found.add(name, position);
  }
  return found.equals(expected.postings);
}

function batchesAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  const found = new Fingerprint();
  for (const { key, value } of index.batches.getRange({ transaction })) found.add(nameHash(...key), ...value);
  return found.equals(expected.batches);
}

function keysAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  let keys = 0;
  let types = 0;
  for (const { key, value } of index.keys.getRange({ transaction })) {
    keys += 1;
    if (expected.heads.get(key) !== value[0]) return false;
    for (const [type, last] of lastOfTypeOf(value)) {
      types += 1;
      if (expected.lastOfType.get(typeOfKey(key, type)) !== last) return false;
    }
  }
  return keys === expected.heads.size && types === expected.lastOfType.size;
}

function debtsAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  let debts = 0;
  for (const [clientType, position] of index.owed.getKeys({ transaction })) {
    debts += 1;
    if (expected.owed.get(clientType)?.has(position) !== true) return false;
  }
  const counts = [...expected.owed].every(
    ([clientType, owed]) => (index.counts.get(['owed', clientType], { transaction }) ?? 0) === owed.size,
  );
  return counts && debts === [...expected.owed.values()].reduce((sum, owed) => sum + owed.size, 0);
}

function typesAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  const range = index.counts.getRange({ start: ['type', ''], end: ['typf', ''], transaction });
  const found = new Map([...range].map(({ key, value }) => [key[1], value]));
  return isDeepStrictEqual(found, expected.types);
}

function recordsAgree({ index, transaction }: IndexSnapshot, expected: ExpectedIndex): boolean {
  const subscriptions = new Map(
    [...index.subscriptions.getRange({ transaction })].map(({ key, value }) => [key, value]),
  );
  const parked = new Map(
    [...index.parked.getRange({ transaction })].map(({ key, value }) => [`${key[1]} ${key[0]}`, value]),
  );
  const skips = [...index.skips.getRange({ transaction })].map(({ value }) => value);
  return (
    isDeepStrictEqual(subscriptions, expected.subscriptions) &&
    isDeepStrictEqual(parked, expected.parked) &&
    isDeepStrictEqual(skips, expected.skips)
  );
}
