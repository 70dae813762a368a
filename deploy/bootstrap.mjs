/**
 * What makes `npm start` and every other script work in a fresh clone: installs the dependencies and compiles the
 * sources if that was not done, or if they have changed since. Plain JavaScript, no dependencies: it runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** what the builder of the pages needs */
const NODE_MIN = [20, 19];
const SOURCES = ['common', 'bus', 'runtime', 'gateway', 'deploy', 'bench', 'test'];
/** what the pages are made of */
const PAGES = ['common', 'web'];
const SOURCE = /\.(ts|tsx|css|html|svg|webmanifest)$/;
const INSTALL_STAMP = join(root, 'node_modules', '.autokrator');
const BUILD_STAMP = join(root, 'dist', '.built');
const PAGES_STAMP = join(root, 'dist', 'web', '.built');

/** Installs and builds what is missing or out of date; ends the process with a clear line if that fails. */
export function bootstrap() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]))
    fail(`Autokrator needs Node ${NODE_MIN.join('.')} or later; this is ${process.version}.`);
  process.chdir(root);
  install();
  build();
  buildPages();
}

function install() {
  const wanted = dependencyHash();
  if (existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, 'utf8') === wanted) return;
  say('Installing dependencies …');
  // Not `npm ci`: it refuses a lock file that lacks an optional binary of some other platform.
  run(...npm('install', '--no-save', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'));
  writeFileSync(INSTALL_STAMP, wanted);
}

/** Of the lock file and of the patches that the installation applies. */
function dependencyHash() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const patches = join(root, 'runtime/lua/patches');
  for (const name of existsSync(patches) ? readdirSync(patches).sort() : [])
    hash.update(readFileSync(join(patches, name)));
  return hash.digest('hex');
}

function build() {
  const wanted = sourceHash(SOURCES);
  if (existsSync(BUILD_STAMP) && readFileSync(BUILD_STAMP, 'utf8') === wanted) return;
  say('Compiling …');
  // Beside, and then put in place: nothing of a former state stays behind, and a failure leaves the former build usable.
  const [dist, next] = [join(root, 'dist'), join(root, 'dist.next')];
  rmSync(next, { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', next]);
  writeFileSync(join(next, '.built'), wanted);
  if (existsSync(join(dist, 'web'))) renameSync(join(dist, 'web'), join(next, 'web'));
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
}

function buildPages() {
  const wanted = sourceHash(PAGES);
  if (existsSync(PAGES_STAMP) && readFileSync(PAGES_STAMP, 'utf8') === wanted) return;
  say('Building the pages …');
  const [pages, next] = [join(root, 'dist', 'web'), join(root, 'dist', 'web.next')];
  const bundler = join(root, 'node_modules/vite/bin/vite.js');
  const options = ['-c', 'web/vite.config.ts', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  run(process.execPath, [bundler, 'build', ...options]);
  writeFileSync(join(next, '.built'), wanted);
  rmSync(pages, { recursive: true, force: true });
  renameSync(next, pages);
}

/** Of every source's path, size and time of change: a few milliseconds for some hundred files. */
function sourceHash(folders) {
  const hash = createHash('sha256').update(process.version);
  for (const folder of folders) walk(join(root, folder), hash);
  return hash.digest('hex');
}

function walk(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, hash);
    else if (SOURCE.test(entry.name) && !entry.name.endsWith('.test.ts')) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  }
}

/** The npm that runs this script, else the one on the path. */
function npm(...args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0)
    fail(
      `${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ` with exit code ${status}`}.`,
    );
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}
