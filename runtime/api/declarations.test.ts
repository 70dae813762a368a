import { beforeEach, describe, expect, test } from 'vitest';
import { HostError, type LuaFunction } from '../lua/vm.js';
import { Declarations } from './declarations.js';

const fn = (where: string): LuaFunction => ({ luaFunction: true, where });

let warnings: string[];
let declarations: Declarations;
beforeEach(() => {
  warnings = [];
  declarations = new Declarations((message) => warnings.push(message));
});

describe('handlers', () => {
  test('a second handler of the same kind for a type replaces the first, with a warning that names both', () => {
    declarations.handle('bus:projection', 'projection', 'Paid', fn('a.lua:1'));
    declarations.handle('bus:projection', 'projection', 'Paid', fn('a.lua:9'));
    expect(declarations.types.get('Paid')?.projection?.where).toBe('a.lua:9');
    expect(warnings).toEqual(['a.lua:9: this projection of Paid replaces the one declared at a.lua:1']);
  });

  test.each([
    ['listener', 'rebuild'],
    ['rebuild', 'receipt'],
    ['projection', 'decision'],
  ] as const)('%s and %s of one type go together', (one, other) => {
    declarations.handle('bus:x', one, 'Paid', fn('a.lua:1'));
    declarations.handle('bus:x', other, 'Paid', fn('a.lua:2'));
    expect(Object.keys(declarations.types.get('Paid') ?? {})).toEqual([one, other]);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['listener', 'projection'],
    ['decision', 'rebuild'],
    ['receipt', 'projection'],
  ] as const)('%s and %s of one type are an error that names the first', (one, other) => {
    declarations.handle('bus:x', one, 'Paid', fn('a.lua:1'));
    expect(() => declarations.handle('bus:x', other, 'Paid', fn('a.lua:2'))).toThrow(
      new RegExp(`Paid has a ${one} already \\(a\\.lua:1\\)`),
    );
  });

  test('"*" is no type of event for a script', () => {
    expect(() => declarations.handle('bus:projection', 'projection', '*', fn('a.lua:1'))).toThrow(HostError);
  });
});

describe('routes', () => {
  test('methods are taken in any case', () => {
    declarations.route('bus:add_route', 'classic', 'get', '/x', fn('a.lua:1'));
    expect(declarations.routes).toMatchObject([{ method: 'GET', pattern: '/x' }]);
  });

  test('a second handler for the same method and pattern takes the first one’s place, with a warning', () => {
    declarations.route('bus:route', 'modern', 'GET', '/x', fn('a.lua:1'));
    declarations.route('bus:route', 'modern', 'GET', '/y', fn('a.lua:2'));
    declarations.route('bus:route', 'modern', 'GET', '/x', fn('a.lua:3'));
    expect(declarations.routes.map(({ pattern, handler }) => [pattern, handler.where])).toEqual([
      ['/x', 'a.lua:3'],
      ['/y', 'a.lua:2'],
    ]);
    expect(warnings).toEqual(['a.lua:3: this route GET /x replaces the one declared at a.lua:1']);
  });

  test.each(['GET', 'POST', 'HEAD'])('%s /health_check belongs to the host', (method) => {
    expect(() => declarations.route('bus:route', 'modern', method, '/health_check', fn('a.lua:1'))).toThrow(
      /belongs to the host/,
    );
  });

  test('arguments in the wrong order are explained', () => {
    expect(() => declarations.route('bus:route', 'modern', '/x', 'GET', fn('a.lua:1'))).toThrow(
      /the pattern "GET" must begin with "\/"/,
    );
    expect(() => declarations.route('bus:route', 'modern', 'FETCH', '/x', fn('a.lua:1'))).toThrow(
      /"FETCH" is no HTTP method; write bus:route\(method, pattern, handler\)/,
    );
  });

  test.each(['x', '', '/a b', '/{a', '/{a}x', '/{}', '/{1a}', '/{a}/{a}', '/a?b=1', '/a%20b'])(
    'the pattern "%s" is refused',
    (pattern) => {
      expect(() => declarations.route('bus:route', 'modern', 'GET', pattern, fn('a.lua:1'))).toThrow(
        HostError,
      );
    },
  );
});

describe('registration', () => {
  test('a second one is an error', () => {
    declarations.register('bus:register', 'accounts');
    expect(() => declarations.register('bus:register', 'accounts')).toThrow(
      /registered already, as "accounts"/,
    );
  });

  test.each(['../x', 'a/b', '.hidden', '', 'a b', '~mark', 'ä'])(
    'the client type "%s" is refused',
    (name) => {
      expect(() => declarations.register('bus:register', name)).toThrow(/letters, digits/);
    },
  );
});

test('after the top level has run every declaration is an error', () => {
  declarations.close();
  const late = /works at the top level of the script only/;
  expect(() => declarations.register('bus:register', 'a')).toThrow(late);
  expect(() => declarations.handle('bus:decision', 'decision', 'Paid', fn('a.lua:1'))).toThrow(late);
  expect(() => declarations.route('bus:route', 'modern', 'GET', '/x', fn('a.lua:1'))).toThrow(late);
});
