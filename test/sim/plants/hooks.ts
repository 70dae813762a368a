/**
 * Hooks of the module loader for one planted run: every module of ours that is reached from a module with `?plant=<name>` is loaded
 * under that name too, as a copy of its own, and the named edits are made in its text. Runs on the loader's thread.
 */
import type { Edit } from './plant.js';

/** What `register` hands over. */
export interface HookData {
  /** URL of the folder of the compiled modules, with a slash at its end */
  readonly root: string;
  readonly edits: Readonly<Record<string, readonly Edit[]>>;
}

interface Resolved {
  readonly url: string;
}
interface Loaded {
  readonly source?: string | ArrayBuffer | Uint8Array;
}
type Next<T> = (address: string, context: unknown) => Promise<T>;

let data: HookData = { root: '', edits: {} };

export function initialize(given: HookData): void {
  data = given;
}

export async function resolve(
  specifier: string,
  context: { readonly parentURL?: string },
  next: Next<Resolved>,
): Promise<Resolved> {
  const resolved = await next(specifier, context);
  const plant = plantOf(context.parentURL ?? '');
  const isOurs = resolved.url.startsWith(data.root) && plantOf(resolved.url) === undefined;
  return plant === undefined || !isOurs ? resolved : { ...resolved, url: `${resolved.url}?plant=${plant}` };
}

export async function load(url: string, context: unknown, next: Next<Loaded>): Promise<Loaded> {
  const loaded = await next(url, context);
  const plant = plantOf(url);
  if (plant === undefined) return loaded;
  const module = url.slice(data.root.length, url.lastIndexOf('.js?'));
  const edits = (data.edits[plant] ?? []).filter((edit) => edit.module === module);
  if (edits.length === 0) return loaded;
  return { ...loaded, source: edits.reduce(edited, String(loaded.source)) };
}

function plantOf(url: string): string | undefined {
  return /\?plant=([\w-]+)$/.exec(url)?.[1];
}

/** @throws Error if the text does not stand there exactly once: then the plant would prove nothing */
function edited(source: string, { module, find, put }: Edit): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `a plant wants to change ${JSON.stringify(find)} in ${module}: found ${parts.length - 1} times`,
    );
  return parts.join(put);
}
