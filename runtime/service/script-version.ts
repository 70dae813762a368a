import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const VERSION_DIGITS = 12;
/** `require("lib.money")`, `require 'lib.money'` */
const REQUIRE = /\brequire\s*\(?\s*["']([A-Za-z0-9_.-]+)["']/g;

/**
 * The version of a script: a short hash over its text and the texts of the modules that it requires, theirs included. It
 * says which code an instance runs, in parked events and in the bus's list of services; nothing depends on it.
 * Modules are found by their name in the text, so one that is required by a computed name does not count.
 * @param file absolute path of the script, which must be readable
 */
export async function scriptVersion(file: string): Promise<string> {
  const hash = createHash('sha256');
  const folder = dirname(file);
  const seen = new Set<string>();
  const pending = [file];
  for (let path = pending.shift(); path !== undefined; path = pending.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    hash.update(`${path.slice(folder.length)}\0${text.length}\0${text}`);
    for (const [, name = ''] of text.matchAll(REQUIRE))
      pending.push(`${join(folder, ...name.split('.'))}.lua`);
  }
  return hash.digest('hex').slice(0, VERSION_DIGITS);
}
