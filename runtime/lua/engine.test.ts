/** The repaired engine against the real Lua 5.3, and the refusal of an unrepaired one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import { bytes, text } from './engine.js';
import { requireRepaired } from './self-test.js';
import { runHandler } from './testing/script.js';

const folder = mkdtempSync(join(tmpdir(), 'engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const hasLua = found('lua5.3', '-v');
if (!hasLua) process.stdout.write('engine.test: lua5.3 was not found, so nothing is compared with it\n');

/** Runs the same expressions here and in lua5.3; each gives one line. */
async function compare(expressions: readonly string[]): Promise<void> {
  // Floats print differently by intention (10/2 is 5), so they are compared by their digits.
  const show = `local function show(v)
      if math.type(v) == "float" then return string.format("float %.14g", v):gsub("-nan", "nan") end
      return type(v) .. " " .. tostring(v):gsub("[^%g ]", function(c) return "<" .. c:byte() .. ">" end)
    end
    local lines = {}
    local function line(f) local r = table.pack(pcall(f)) for i = 2, r.n do r[i] = show(r[i]) end
      lines[#lines + 1] = table.concat(r, " ", 2) end
    local a, b`;
  const chunks = expressions.map((expression) => `line(function() return ${expression} end)`);
  const parts: string[] = [];
  for (let at = 0; at < chunks.length; at += 100)
    parts.push(`(function() ${chunks.slice(at, at + 100).join('\n')} end)()`);
  const program = `${show}\n${parts.join(';\n')}`;
  const [ours] = await runHandler(`${program}\nreturn table.concat(lines, "\\n")`, {
    budgets: { instructionsMax: 1e9, sliceMs: 60_000 },
  });
  const file = join(folder, 'compare.lua');
  writeFileSync(file, `${program}\nprint(table.concat(lines, "\\n"))`);
  const theirs = execFileSync('lua5.3', [file], { encoding: 'utf8', maxBuffer: 1 << 28 }).replace(/\n$/, '');
  const [oursLines, theirsLines] = [(ours as string).split('\n'), theirs.split('\n')];
  const different = expressions
    .map((expression, at) => `${expression}: here ${oursLines[at]}, lua5.3 ${theirsLines[at]}`)
    .filter((_, at) => oursLines[at] !== theirsLines[at]);
  expect(different).toEqual([]);
  expect(theirsLines).toHaveLength(expressions.length);
}

describe.skipIf(!hasLua)('compared with lua5.3, the engine', () => {
  const random = seededRandom(20_241_210);
  /** small and large ones alike */
  const integer = (): number => {
    const size = Math.floor(random.next() * 2 ** (random.next() * 52));
    return random.next() < 0.4 ? -size : size;
  };
  const pick = <T>(items: readonly T[]): T => items[random.int(items.length)]!;

  it('calculates 4,000 random integer operations the same, folded by the compiler and by the machine', async () => {
    const operators = ['+', '-', '*', '//', '%', '&', '|', '~', '<', '<=', '==', '..', '/'];
    const expressions: string[] = [];
    while (expressions.length < 4000) {
      const [a, b, operator] = [integer(), integer(), pick(operators)];
      if ((operator === '//' || operator === '%') && b === 0) continue;
      if (operator === '*' && Math.abs(a * b) > Number.MAX_SAFE_INTEGER) continue;
      expressions.push(
        expressions.length % 2 === 0
          ? `(${a}) ${operator} (${b})`
          : `(function(x, y) return x ${operator} y end)(${a}, ${b})`,
      );
    }
    await compare(expressions);
  });

  it('calculates and formats floats the same', async () => {
    const floats = [
      '0.1',
      '-2.5',
      '1e15 + 0.5',
      '1e100',
      '2^53',
      '1/3',
      '123456789012.5',
      '1e-300',
      '1e-7',
      '100.0',
      '0.5',
      '1/0',
      '-1/0',
    ];
    const formats = [
      '%g',
      '%.3g',
      '%e',
      '%.0e',
      '%f',
      '%.2f',
      '%.0f',
      '%10.3f|',
      '%-10.3f|',
      '%+.1f',
      '%010.2f',
      '%.14g',
      '%G',
      '% .3f',
      '%#.0f',
      '%.20f',
      '%a',
    ];
    await compare([
      ...floats.flatMap((n) => formats.map((format) => `string.format("${format}", ${n})`)),
      ...['0.125', '0.375', '2.5', '3.5', '-0.5', '1.005', '1e21', '0'].flatMap((n) => [
        `string.format("%.2f %.0f", ${n}, ${n})`,
      ]),
      ...floats.flatMap((a) => ['+', '*', '/', '//', '%', '<'].map((operator) => `(${a}) ${operator} 7`)),
    ]);
  });

  it('formats integers and texts the same', async () => {
    const integers = [
      '0',
      '1',
      '-1',
      '42',
      '-42',
      '255',
      '2147483648',
      '-2147483649',
      '9007199254740991',
      '-9007199254740991',
    ];
    const formats = [
      '%d',
      '%5d|',
      '%-5d|',
      '%05d',
      '%+d',
      '% d',
      '%.3d',
      '%8.3d|',
      '%x',
      '%X',
      '%#x',
      '%o',
      '%i',
      '%16x|',
      '%q',
      '%s',
      '%5s|',
    ];
    await compare([
      ...integers.flatMap((n) => formats.map((format) => `string.format("${format}", ${n})`)),
      ...['%s', '%10s|', '%-10s|', '%.2s', '%10.2s|', '%q'].map((format) =>
        `string.format("${format}", "a\\nb\\0c\\200")`.replace(
          '\\0',
          format.includes('q') || format === '%s' ? '\\0' : '',
        ),
      ),
      'string.format("%%%c%c", 65, 66)',
      'string.format("%d", 3.0)',
      'select("#", pcall(string.format, "%d", 3.5))',
    ]);
  });

  it('reads numerals and converts the same', async () => {
    const texts = [
      '10',
      ' 10 ',
      '0x10',
      '1e2',
      '-7',
      '+7',
      '1.',
      '.5',
      '0x.8p1',
      '',
      ' ',
      'x',
      '1 2',
      '0x',
      '1e',
      '9007199254740991',
      '1e308',
      '  -0x1F  ',
      'inf',
      'nan',
      '1_000',
    ];
    await compare([
      ...texts.map((digits) => `tonumber("${digits}")`),
      ...['"ff", 16', '"zz", 36', '"9", 8', '"-101", 2', '" 7 ", 10', '"1.5", 10', '"8", 9', '"", 10'].map(
        (args) => `tonumber(${args})`,
      ),
      ...['3.0', '3.5', '"8"', '2^52', '-3.7'].map((n) => `math.tointeger(${n})`),
      ...['3.7', '-3.7', '5'].flatMap((n) => [
        `math.floor(${n}), math.ceil(${n}), math.abs(${n}), math.fmod(${n}, 2)`,
      ]),
      'math.ult(1, -1), 7 // 0.0, -7 % math.huge, 0x7fffffff + 1, "10" + 5, "0x10" * 2, 10 .. 20',
      '1 << 31, 1 << 40, 1 << 52, 2^40 | 0, 5 >> 1, ~5, 0xff ~ 0x0f, 1 << 64, 1 << -1',
    ]);
  });

  it('sorts, compares and finds texts the same, byte by byte', async () => {
    const texts = ['a', 'b', '\\n', 'A', '\\1\\17', '\\17\\1', '', 'aa', '\\200', 'ä', '10', '9', '\\0'];
    await compare([
      ...texts.flatMap((a) =>
        texts.map((b) => `"${a}" < "${b}", "${a}" == "${b}", ({["${a}"] = 1})["${b}"]`),
      ),
      'string.find("hello world", "o w"), string.find("a+b", "+", 1, true), ("x"):rep(5, "ab"), ("abc"):rep(3), ("ab"):rep(0)',
      'string.gsub("hello", "l", {l = "L"}), string.gsub("abc", "%w", "%0%0"), string.gsub("abc", "", "-")',
      'string.match("key = value", "(%w+)%s*=%s*(%w+)"), string.match("2024-12-10", "(%d+)-(%d+)-(%d+)")',
      'string.find("f(a(b)c)d", "%b()"), string.gsub("THE (quick) fox", "%f[%a]%a+", string.lower), ("%d"):format(3)',
      'string.rep("ab", 3, "--"), ("abc"):byte(1, -1), string.char(104, 105), ("abc"):reverse(), ("aBc"):upper(), ("aBc"):lower()',
      'table.concat({1, 2, 3}, ", "), table.unpack({1, 2, 3}, 2), select(-1, 1, 2, 3), table.pack(1, nil, 3).n',
      'utf8.char(228, 8364), utf8.len("äöü"), utf8.codepoint("€", 1), #utf8.charpattern',
    ]);
  });
});

describe('the self-test', () => {
  it('refuses a copy without the repairs, and says what to do', ({ skip }) => {
    if (!found('git', '--version')) skip('git is needed to undo the patch on a copy');
    const require = createRequire(import.meta.url);
    const installed = dirname(require.resolve('fengari/package.json'));
    for (const part of ['package.json', 'src'])
      cpSync(join(installed, part), join(folder, 'node_modules', 'fengari', part), { recursive: true });
    for (const name of ['sprintf-js', 'readline-sync', 'tmp'])
      symlinkSync(join(installed, '..', name), join(folder, 'node_modules', name), 'dir');
    const patch = join(import.meta.dirname, 'patches', 'fengari+0.1.5.patch');
    execFileSync('git', ['apply', '--reverse', patch], { cwd: folder });
    const stock = require(join(folder, 'node_modules', 'fengari')) as Pick<
      Parameters<typeof requireRepaired>[0],
      'lua' | 'lauxlib' | 'lualib'
    >;
    const { lua, lauxlib, lualib } = stock;
    expect(() => requireRepaired({ lua, lauxlib, lualib, bytes, text })).toThrow(
      /^fengari lacks the repairs .*integers of 53 bits.*distinct string keys.*counting of work.*Run `npm install`/,
    );
  });
});
