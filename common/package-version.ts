import { existsSync, readFileSync } from 'node:fs';

/** The version of the package, whether this file runs compiled (below dist/) or not. */
export function packageVersion(): string {
  const file = ['../package.json', '../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((path) => existsSync(path));
  const { version } = JSON.parse(file ? readFileSync(file, 'utf8') : '{}') as { version?: string };
  return version ?? 'unknown';
}
