/** Holds PROTOCOL.md to the sources: rules, fields of messages, limits, errors, features. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorEntry } from '../errors.js';
import { checksum } from './checksum.js';
import { DEFAULT_LIMITS } from './limits.js';
import { FEATURES } from './messages.js';
import type { JsonSchema } from './schema-fields.js';
import { BUS_SCHEMAS, clientSchemas } from './schemas.js';

const root = join(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'PROTOCOL.md'), 'utf8');
const rules = [...document.matchAll(/^- \*\*P(\d+)\*\*/gm)].map(([, number]) => Number(number));

/** The rows of the table whose head begins with these columns, cell by cell. */
function table(...head: string[]): string[][] {
  const from = document.indexOf(`| ${head.join(' | ')} |`);
  expect(from, `the table ${head.join(', ')}`).toBeGreaterThan(-1);
  return rowsOf(document.slice(from));
}

function rowsOf(text: string): string[][] {
  const lines = text.slice(text.indexOf('|')).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const code = (cell: string) => cell.replaceAll('`', '');

describe('PROTOCOL.md', () => {
  it('numbers its rules 1, 2, 3, …, each once; a new one takes the next number and stands where it belongs', () => {
    expect(rules.toSorted((a, b) => a - b)).toEqual(rules.map((_, index) => index + 1));
    expect(rules.length).toBeGreaterThan(40);
  });

  it('has every rule that it, a source or a test names', () => {
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', 'PROTOCOL.md'], {
      cwd: root,
      encoding: 'utf8',
    });
    const named = files
      .trim()
      .split('\n')
      .flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(/[[(]P(\d+)[\])]/g)].map(
          ([, number]) => `${file} P${number}`,
        ),
      );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !rules.includes(Number(name.split(' P')[1])))).toEqual([]);
  });

  const schemas: Record<string, JsonSchema> = { ...clientSchemas(DEFAULT_LIMITS), ...BUS_SCHEMAS };

  it.each(Object.entries(schemas))('has a table with every field of %s, and no other', (type, schema) => {
    const [, section] = document.split(new RegExp(`^### \`${type}\`.*$`, 'm'));
    expect(section, `a heading for ${type}`).toBeDefined();
    const text = section!.trimStart();
    const rows = text.startsWith('No fields.') ? [] : rowsOf(text).map(([name]) => code(name!));
    const top = rows.filter((name) => !name.includes('[].'));
    expect(top.sort()).toEqual(fieldsOf(schema));
    for (const name of top.filter((one) => rows.some((row) => row.startsWith(`${one}[].`)))) {
      const inner = rows
        .filter((row) => row.startsWith(`${name}[].`))
        .map((row) => row.slice(name.length + 3));
      expect(inner.sort()).toEqual(fieldsOf(schema.properties![name]!.items as JsonSchema));
    }
  });

  it('lists every limit with its default', () => {
    const rows = table('limit', 'default').map(([name, value]) => [code(name!), Number(value)]);
    expect(Object.fromEntries(rows)).toEqual(DEFAULT_LIMITS);
  });

  it('lists every error as the registry has it', () => {
    const rows = table('code', 'meaning').map(([name, meaning, action, status, close, retriable]) => [
      code(name!),
      {
        meaning,
        action,
        status: Number(status),
        ...(close !== '' && { close: Number(close) }),
        retriable: retriable === 'yes',
      },
    ]);
    expect(Object.fromEntries(rows)).toEqual(ERRORS);
  });

  it('names every feature', () => {
    const [rule] = /^- \*\*P9\*\*.*(?:\n {2}.*)*/m.exec(document)!;
    for (const feature of FEATURES) expect(rule).toContain(`\`${feature}\``);
  });

  it('has checksums that are right', () => {
    const rows = table('`data`', '`checksum`');
    expect(rows.length).toBeGreaterThan(4);
    for (const [data, sum] of rows) expect(checksum(code(data!))).toBe(code(sum!));
  });
});

function fieldsOf(schema: JsonSchema): string[] {
  return Object.keys(schema.properties!)
    .filter((name) => name !== 'message_type')
    .sort();
}

describe('the error registry', () => {
  it.each<[string, ErrorEntry]>(Object.entries(ERRORS))(
    '%s has an error status, whole sentences and a close code that exists',
    (_code, entry) => {
      expect(entry.status).toBeGreaterThanOrEqual(400);
      expect(entry.status).toBeLessThan(600);
      expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
      expect(entry.action).toMatch(/^[A-Z].*[.}]$/);
      if (entry.close !== undefined) expect([1001, 1009, 1011, 1013]).toContain(entry.close);
      if (entry.retriable) expect([408, 409, 429, 503]).toContain(entry.status);
    },
  );
});
