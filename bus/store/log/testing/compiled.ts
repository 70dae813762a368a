import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../../../..');

/** The store as JavaScript, freshly made from its sources, for tests that need it in a process or a thread of its own. */
export interface CompiledStore {
  /** of the module `bus/store/log/<name>.js` */
  path(name: string): string;
  remove(): void;
}

export function compileStore(): CompiledStore {
  // inside node_modules: libraries are found from there, and nobody takes it for source
  const out = mkdtempSync(join(ROOT, 'node_modules', '.compiled-store-'));
  writeFileSync(join(out, 'package.json'), '{"type":"module"}');
  for (const folder of ['common', 'bus/store'])
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
      const source = join(entry.parentPath, entry.name);
      const target = join(out, relative(ROOT, source)).replace(/\.ts$/, '.js');
      mkdirSync(dirname(target), { recursive: true });
      const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
          verbatimModuleSyntax: true,
        },
      });
      writeFileSync(target, outputText);
    }
  return {
    path: (name) => join(out, 'bus/store/log', `${name}.js`),
    remove: () => rmSync(out, { recursive: true }),
  };
}
