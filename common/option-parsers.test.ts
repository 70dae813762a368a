import { describe, expect, it } from 'vitest';
import { parseAddress, parseBytes, parseDuration, parseList, wholeNumber } from './option-parsers.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['250', 250],
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', 's', '-1s', '1 week', '1x', '1e3', 'constructor', '1constructor', '99999999999999999d'])(
    'refuses %j',
    (text) => {
      expect(() => parseDuration(text)).toThrow('must be a duration');
    },
  );
});

describe('parseBytes', () => {
  it.each([
    ['4096', 4096],
    ['64KiB', 65_536],
    ['1 MiB', 1_048_576],
    ['1.5kB', 1500],
    ['2GB', 2_000_000_000],
    ['1GiB', 1_073_741_824],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '-1', '1mb', '1KB', 'MiB', '0x10'])('refuses %j', (text) => {
    expect(() => parseBytes(text)).toThrow('must be a number of bytes');
  });
});

describe('parseAddress', () => {
  it.each([
    ['localhost:8081', { host: 'localhost', port: 8081 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['bus.example.org:80', { host: 'bus.example.org', port: 80 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each([
    '',
    'localhost',
    ':8081',
    '8081',
    'localhost:',
    'localhost:65536',
    'localhost:x',
    '::1:80',
    'a b:80',
    'ws://a:80',
    '[]:80',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow('must be an address with a port');
  });
});

describe('wholeNumber', () => {
  it('accepts its range, both ends included', () => {
    expect(wholeNumber(1, 10)('1')).toBe(1);
    expect(wholeNumber(1, 10)('10')).toBe(10);
    expect(wholeNumber(-3)('-2')).toBe(-2);
  });

  it.each(['0', '11', '1.5', '1e1', '', 'x', '9007199254740993'])('refuses %j, naming the range', (text) => {
    expect(() => wholeNumber(1, 10)(text)).toThrow('must be a whole number, 1 to 10');
  });
});

describe('parseList', () => {
  it('splits at commas and drops what is empty', () => {
    expect(parseList(' users, accounts,,')).toEqual(['users', 'accounts']);
    expect(parseList('')).toEqual([]);
  });
});
