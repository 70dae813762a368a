import { describe, expect, it } from 'vitest';
import { runHandler, scriptErrorOf } from './testing/script.js';

describe('tonumber', () => {
  it.each([
    ['tonumber("10")', 10],
    ['tonumber(" 0x10 ")', 16],
    ['tonumber("1e2")', 100],
    ['tonumber(5.5)', 5.5],
    ['tonumber("x")', undefined],
    ['tonumber({})', undefined],
    ['tonumber("10", nil)', 10],
    ['tonumber("ff", 16)', 255],
    ['tonumber(" -00Zz \\n", 36)', -1295],
    ['tonumber("+101", 2)', 5],
    ['tonumber("000", 2)', 0],
    ['tonumber("-0", 10) == 0 and math.type(tonumber("-0", 10))', 'integer'],
    ['math.type(tonumber("9007199254740993", 10))', 'float'],
    ['tonumber("12", 2)', undefined],
    ['tonumber("", 10)', undefined],
    ['tonumber("1 2", 10)', undefined],
    ['tonumber("1.5", 10)', undefined],
    ['tonumber("\\xff", 36)', undefined],
  ])('%s is right', async (expression, expected) => {
    expect(await runHandler(`return (${expression})`)).toEqual([expected]);
  });

  it.each([
    ['tonumber()', /bad argument #1 to 'tonumber' \(value expected\)/],
    ['tonumber(10, 10)', /bad argument #1 to 'tonumber' \(string expected, got number\)/],
    ['tonumber("1", 1)', /bad argument #2 to 'tonumber' \(base out of range\)/],
    ['tonumber("1", 37)', /base out of range/],
    ['tonumber("1", "x")', /bad argument #2 to 'tonumber' \(number expected, got string\)/],
  ])('%s is an error', async (expression, message) => {
    expect((await scriptErrorOf(runHandler(`return ${expression}`))).message).toMatch(message);
  });
});
