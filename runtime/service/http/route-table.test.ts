import { expect, test } from 'vitest';
import type { RouteDeclaration } from '../types.js';
import { RouteTable } from './route-table.js';

const handler: RouteDeclaration['handler'] = async () => ({ status: 200, body: undefined });

function table(...routes: string[]): RouteTable {
  return new RouteTable(
    routes.map((text) => {
      const [method = '', pattern = ''] = text.split(' ');
      return { method, pattern, handler };
    }),
  );
}

function found(routes: RouteTable, method: string, ...path: string[]): unknown {
  const match = routes.match(method, path);
  if (match.kind === 'route') return [`${match.route.method} ${match.route.pattern}`, { ...match.args }];
  return match.kind === 'other-method' ? match.allow : match.kind;
}

test('the first declared pattern that matches wins', () => {
  const routes = table('GET /user/{name}', 'GET /user/me', 'GET /user/{other}');
  expect(found(routes, 'GET', 'user', 'me')).toEqual(['GET /user/{name}', { name: 'me' }]);
});

test('a pattern that matches the path with another method does not hide a later one', () => {
  const routes = table('POST /user/{name}', 'GET /user/{id}');
  expect(found(routes, 'GET', 'user', '7')).toEqual(['GET /user/{id}', { id: '7' }]);
});

test('a variable takes exactly one segment that is not empty', () => {
  const routes = table('GET /user/{name}');
  expect(found(routes, 'GET', 'user')).toBe('unknown');
  expect(found(routes, 'GET', 'user', '')).toBe('unknown');
  expect(found(routes, 'GET', 'user', 'a', 'b')).toBe('unknown');
});

test('a known path with another method tells the methods it takes', () => {
  const routes = table('GET /user/{name}', 'DELETE /user/{id}', 'PUT /else');
  expect(found(routes, 'POST', 'user', '7')).toEqual(['GET', 'HEAD', 'DELETE']);
});

test('HEAD goes to the GET route unless there is a HEAD route', () => {
  expect(found(table('GET /x'), 'HEAD', 'x')).toEqual(['GET /x', {}]);
  expect(found(table('GET /x', 'HEAD /x'), 'HEAD', 'x')).toEqual(['HEAD /x', {}]);
  expect(found(table('GET /{a}', 'GET /x'), 'HEAD', 'x')).toEqual(['GET /{a}', { a: 'x' }]);
  expect(found(table('POST /x'), 'HEAD', 'x')).toEqual(['POST']);
});

test('a variable may be called like a property of every object', () => {
  const routes = table('GET /{__proto__}/{constructor}');
  expect(found(routes, 'GET', 'a', 'b')).toEqual([
    'GET /{__proto__}/{constructor}',
    Object.defineProperty({ constructor: 'b' }, '__proto__', { value: 'a', enumerable: true }),
  ]);
});

test('the root is a path with one empty segment', () => {
  expect(found(table('GET /'), 'GET', '')).toEqual(['GET /', {}]);
});
