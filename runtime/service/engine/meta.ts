import type { Write } from '../../state/state-store.js';
import type { StateAccess } from './state-access.js';

/**
 * What the host keeps in the space `meta` of a state store. One home for the keys and their texts.
 *
 * | key        | text                              | meaning                                                                  |
 * |------------|-----------------------------------|--------------------------------------------------------------------------|
 * | generation | an id                             | made when a state is built from the start; every live commit expects it  |
 * | status     | `emptying`, `rebuilding`, `live`  | what a rebuild from the start has still to do                            |
 * | checkpoint | cursor                            | the effect of every event up to it is in this store                      |
 * | log        | an id                             | the log that this state was built from                                   |
 * | types      | JSON array of event types, sorted | the types that wrote this state; a script that wants more rebuilds it    |
 * | lease      | `{"holder", "until"}`             | the instance that brings the state up to date, and when it counts as dead |
 */
export const META = {
  generation: 'generation',
  status: 'status',
  checkpoint: 'checkpoint',
  log: 'log',
  types: 'types',
  lease: 'lease',
} as const;

export type MetaKey = keyof typeof META;

/** All of it as it was read, text by text: not one instant. Whoever builds on it expects in its commit what it has read. */
export type Meta = Readonly<Record<MetaKey, string | undefined>>;

export async function readMeta(state: StateAccess): Promise<Meta> {
  const read = async (key: MetaKey) => [key, await state.text('meta', META[key])] as const;
  const keys = Object.keys(META) as MetaKey[];
  return Object.fromEntries(await Promise.all(keys.map(read))) as Meta;
}

export function setMeta(key: MetaKey, text: string): Write {
  return { op: 'set', space: 'meta', key: META[key], text };
}

/** A cursor is a decimal position; no checkpoint yet = before all. */
export function positionOfCursor(cursor: string | undefined): number {
  return cursor === undefined ? 0 : Number(cursor);
}

/** The cursor that stands earlier in the log. */
export function earlier(a: string, b: string): string {
  return positionOfCursor(a) <= positionOfCursor(b) ? a : b;
}

/** The cursor that stands later in the log. */
export function later(a: string, b: string): string {
  return earlier(a, b) === a ? b : a;
}
