/**
 * The rules of the house that can be checked: who may import whom, no cycles, no clock or chance in the core, no left-overs.
 * The table is the one in CONTRIBUTING.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const sources = tracked.filter((path) => /\.(tsx?|mjs)$/.test(path) && !path.endsWith('.config.ts'));
const product = sources.filter(
  (path) => !/\.test\.ts$|\/testing\/|\/contract\.ts$|^(test|bench)\//.test(path),
);
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Import {
  from: string;
  /** repository path, or a package name */
  to: string;
  types: boolean;
}

function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const pattern =
    /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  for (const match of read(path).matchAll(pattern)) {
    const name = match[2] ?? match[3]!;
    const to = name.startsWith('.') ? sourceOf(normalize(join(dirname(path), name))) : name;
    found.push({ from: path, to, types: match[1] !== undefined });
  }
  return found;
}

/** The source of what is imported as `.js`. */
function sourceOf(path: string): string {
  const page = path.replace(/\.js$/, '.tsx');
  return existsSync(join(root, page)) ? page : path.replace(/\.js$/, '.ts');
}

/** Folder → what it may import of ours (prefixes), besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  'common/': [],
  'bus/core/': ['common/', 'bus/store/event-store.ts'],
  'bus/store/': ['common/'],
  'bus/server/': ['common/', 'bus/core/', 'bus/store/registry.ts', 'bus/store/event-store.ts'],
  'bus/cli.ts': ['common/', 'bus/'],
  'runtime/lua/': ['common/'],
  'runtime/state/': ['common/'],
  'runtime/api/': [
    'common/',
    'runtime/lua/vm.ts',
    'runtime/service/types.ts',
    'runtime/state/state-store.ts',
  ],
  'runtime/service/': ['common/', 'runtime/'],
  'runtime/cli.ts': ['common/', 'runtime/'],
  'gateway/': ['common/'],
  'web/': ['common/'],
  'deploy/': ['common/', 'dist/'],
};

/** The only files that may load these packages. */
const MAY_LOAD: Record<string, RegExp> = {
  fengari: /^runtime\/lua\//,
  lmdb: /^(bus\/store\/log|runtime\/state\/lmdb)\//,
  ioredis: /^runtime\/state\/redis\//,
  ws: /^(bus\/server|runtime\/service\/(bus-client|updates)|gateway\/live)\//,
  undici: /^gateway\//,
  fastify: /^(bus\/server|runtime\/service\/http|gateway)\//,
};

describe('the house', () => {
  it('imports only along its table', () => {
    const broken = product.flatMap(importsOf).filter(({ from, to }) => {
      if (!/^(common|bus|runtime|gateway|web|deploy)\//.test(to)) return false;
      const room = Object.keys(MAY_IMPORT)
        .filter((prefix) => from.startsWith(prefix))
        .sort((a, b) => b.length - a.length)[0];
      if (room === undefined) return true;
      return !to.startsWith(room) && !MAY_IMPORT[room]!.some((allowed) => to.startsWith(allowed));
    });
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets no store know another store, nor the core', () => {
    const broken = product.flatMap(importsOf).filter(({ from, to }) => {
      const [, base, store] = /^(bus\/store|runtime\/state)\/([^/]+)\//.exec(from) ?? [];
      const [, toBase, toStore] = /^(bus\/store|runtime\/state)\/([^/]+)\//.exec(to) ?? [];
      return store !== undefined && base === toBase && toStore !== undefined && store !== toStore;
    });
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('loads heavy libraries only in their own rooms', () => {
    const broken = product.flatMap(importsOf).filter(({ from, to, types }) => {
      const room = MAY_LOAD[to.split('/')[0]!];
      return room !== undefined && !types && !room.test(from);
    });
    expect(broken.map(({ from, to }) => `${from} loads ${to}`)).toEqual([]);
  });

  it('has no import cycles', () => {
    const graph = new Map(
      product.map((path) => [
        path,
        importsOf(path)
          .filter(({ types }) => !types)
          .map(({ to }) => to),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      const at = trail.indexOf(path);
      if (at >= 0) cycles.push([...trail.slice(at), path].join(' → '));
      if (at >= 0 || done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('keeps clock, chance and I/O out of the core', () => {
    const core = product.filter((path) => path.startsWith('bus/core/'));
    expect(core.length).toBeGreaterThan(0);
    const broken = core.filter((path) =>
      /Date\.now|new Date\(|Math\.random|randomUUID|setTimeout|setInterval|process\.|\basync\b|\bawait\b|Promise|['"]node:/.test(
        read(path),
      ),
    );
    expect(broken).toEqual([]);
  });

  it('reads the clock and chance of the machine only where they are made into ports', () => {
    const allowed = /^common\/(clock|random|ids)\.ts$|^deploy\//;
    const broken = product.filter(
      (path) => !allowed.test(path) && /Date\.now\(|Math\.random\(/.test(read(path)),
    );
    expect(broken).toEqual([]);
  });

  it('writes to the console only in command-line entries', () => {
    const broken = product.filter(
      (path) => !/cli\.ts$|^deploy\//.test(path) && /\bconsole\.(log|error|warn|info)/.test(read(path)),
    );
    expect(broken).toEqual([]);
  });

  it('has no left-overs and no types given up', () => {
    const leftOver = new RegExp(
      ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', ': any\\b', 'as any\\b', '@ts-' + 'ignore'].join('|'),
    );
    expect(sources.filter((path) => path !== 'test/house.test.ts' && leftOver.test(read(path)))).toEqual([]);
  });

  it('has every script that its documents name, and the files that they link to', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const broken: string[] = [];
    for (const document of tracked.filter((path) => path.endsWith('.md'))) {
      const text = read(document);
      for (const [, name] of text.matchAll(/npm run ([a-z:-]+)/g))
        if (!scripts.includes(name!)) broken.push(`${document}: npm run ${name}`);
      for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g))
        if (!existsSync(join(root, dirname(document), link!))) broken.push(`${document}: ${link}`);
    }
    expect(broken).toEqual([]);
  });
});
