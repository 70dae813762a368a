import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPages, buildPages } from './built-pages.js';

/** Of all script that the first page needs, as it goes over the wire. Above it, a phone on a slow network waits for seconds. */
const FIRST_PAGE_BYTES_MAX = 150_000;

interface Chunk {
  file: string;
  imports?: string[];
}

describe('the built pages', () => {
  let pages: BuiltPages;
  beforeAll(async () => {
    pages = await buildPages();
  });
  afterAll(() => pages.remove());

  const read = (path: string) => readFileSync(join(pages.folder, path));
  const scriptsOf = (manifest: Record<string, Chunk>, name: string): string[] => {
    const { file, imports = [] } = manifest[name]!;
    return [file, ...imports.flatMap((each) => scriptsOf(manifest, each))];
  };

  it.each(['bank/accounts/accounts-page.tsx', 'bank/send/send-page.tsx'])(
    'load at most 150 kB of compressed script for the beginning with %s',
    (page) => {
      const manifest = JSON.parse(String(read('.vite/manifest.json'))) as Record<string, Chunk>;
      const scripts = new Set(['index.html', page].flatMap((name) => scriptsOf(manifest, name)));
      const bytes = [...scripts].reduce((sum, file) => sum + gzipSync(read(file)).length, 0);
      expect(bytes).toBeLessThanOrEqual(FIRST_PAGE_BYTES_MAX);
      process.stderr.write(`${page}: ${bytes} bytes\n`);
    },
  );

  it('leave nothing inline for a content security policy to forbid', () => {
    const html = String(read('index.html'));
    expect(html).toMatch(/<script type="module"[^>]* src="\/assets\//);
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=/);
  });
});
