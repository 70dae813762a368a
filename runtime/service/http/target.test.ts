import { expect, test } from 'vitest';
import { parseTarget } from './target.js';

test('path and query are decoded, the path after it was split', () => {
  const target = parseTarget('/a%2Fb/%C3%A4/c?x=1+2&y=%26&flag');
  expect(target.segments).toEqual(['a/b', 'ä', 'c']);
  expect(target.path).toBe('/a%2Fb/%C3%A4/c');
  expect({ ...target.query }).toEqual({ x: '1 2', y: '&', flag: '' });
});

test('of a repeated name in the query the last value counts', () => {
  expect({ ...parseTarget('/?a=1&a=2&b=3&a=').query }).toEqual({ a: '', b: '3' });
});

test('names of the query cannot reach a prototype', () => {
  const { query } = parseTarget('/?__proto__=x');
  expect(Object.keys(query)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test.each([
  ['/%', 'path'],
  ['/%zz', 'path'],
  ['/%C3', 'path'],
  ['/?a=%', 'query'],
  ['/?%ff=1', 'query'],
])('malformed percent-encoding in %s is a bad request that names the %s', (url, field) => {
  expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code: 'bad_request', field }));
});
