/** The pages as they are served, built once for a test file into a folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

export interface BuiltPages {
  folder: string;
  remove(): Promise<void>;
}

export async function buildPages(): Promise<BuiltPages> {
  const folder = await mkdtemp(join(tmpdir(), 'autokrator-pages-'));
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const options = [
    'build',
    '-c',
    'web/vite.config.ts',
    '--outDir',
    folder,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  await promisify(execFile)(process.execPath, [vite, ...options], { cwd: root });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
