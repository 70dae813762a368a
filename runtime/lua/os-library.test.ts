import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf, startScript } from './testing/script.js';

/** Tuesday, 2024-12-10 05:02:03.750 UTC */
const now = () => Date.UTC(2024, 11, 10, 5, 2, 3, 750);

describe('os', () => {
  it.each([
    ['os.time()', 1733806923],
    ['os.time{year = 2024, month = 12, day = 10, hour = 5, min = 2, sec = 3}', 1733806923],
    ['os.time{year = 2024, month = 12, day = 10}', 1733832000],
    ['os.time{year = 2024, month = 14, day = -1, hour = 0}', Date.UTC(2025, 0, 30) / 1000],
    ['os.time(os.date("*t"))', 1733806923],
    ['os.date("%Y-%m-%dT%H:%M:%SZ")', '2024-12-10T05:02:03Z'],
    ['os.date("!%F %T", 0)', '1970-01-01 00:00:00'],
    [
      'os.date("%a %A %b %B %d %e %j %p %I %y %C %u %w %D %R %r %%", 0)',
      'Thu Thursday Jan January 01  1 001 AM 12 70 19 4 4 01/01/70 00:00 12:00:00 AM %',
    ],
    ['os.date()', 'Tue Dec 10 05:02:03 2024'],
    ['os.date("%z %Z")', '+0000 UTC'],
    [
      'json.encode(os.date("*t"))',
      '{"year":2024,"month":12,"day":10,"hour":5,"min":2,"sec":3,"wday":3,"yday":345,"isdst":false}',
    ],
    ['os.difftime(10, 4)', 6],
    ['os.clock()', 0],
  ])('%s gives %s', async (expression, expected) => {
    expect(await runHandler(`return ${expression}`, { now })).toEqual([expected]);
  });

  it('goes by the instant of the handler that asks', async () => {
    const script = await startScript('test.on("f", function() return os.time(), os.clock() end)', {
      now: (context) => (context === 'start' ? 0 : (context as number)),
    });
    const f = script.functions.get('f')!;
    expect(await script.vm.call(f, [], 5_000)).toEqual([5, 0]);
    expect(await script.vm.call(f, [], 65_500)).toEqual([65, 60.5]);
    script.close();
  });

  it.each([
    ['os.date(("x"):rep(257))', 'os.date: a format of 257 bytes is longer than 256 bytes'],
    ['os.date("%Q")', "os.date: there is no conversion '%Q'"],
    ['os.date("%Y", 1e15)', 'os.date: 1000000000000000 is too far away'],
    ['os.time{year = 2024}', "os.time: field 'month' is missing in the table"],
    ['os.time{year = 2024, month = 1.5, day = 1}', "os.time: field 'month' must be a whole number"],
  ])('%s is an error', async (expression, message) => {
    expect((await scriptErrorOf(runHandler(`return ${expression}`))).message).toBe(
      `script.lua:1: ${message}`,
    );
  });
});

describe('math.random', () => {
  it.each([
    [0, 'math.random(), math.random(6), math.random(-2, 2)', [0, 1, -2]],
    [0.999999, 'math.random(6), math.random(-2, 2)', [6, 2]],
    [0.5, 'math.random(1, math.maxinteger)', [4503599627370496]],
  ])('takes its chance from the host: %s', async (chance, expression, expected) => {
    expect(await runHandler(`return ${expression}`, { random: () => chance })).toEqual(expected);
  });

  it('repeats itself after the same seed, and not after another', async () => {
    const body = `local function three() return math.random(1000000), math.random(1000000), math.random() end
      math.randomseed(42) local a, b, c = three()
      math.randomseed(42) local d, e, f = three()
      math.randomseed(43)
      return a == d and b == e and c == f, a == b, math.random(1000000) == a`;
    expect(await runHandler(body)).toEqual([true, false, false]);
  });

  it.each([
    'math.random(0)',
    'math.random(3, 2)',
    'math.random(math.mininteger, math.maxinteger)',
    'math.random(1, 2, 3)',
  ])('%s is an error', async (expression) => {
    expect((await scriptErrorOf(runHandler(`return ${expression}`))).message).toMatch(
      /^script\.lua:1: (math\.random: the interval|wrong number)/,
    );
  });
});
