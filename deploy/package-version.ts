import { existsSync, readFileSync } from 'node:fs';

/** From the package this file belongs to, whether it runs compiled (below dist/) or not. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const file = new URL(path, import.meta.url);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}
