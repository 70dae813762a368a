import { describe, expect, test } from 'vitest';
import { Declarations, type HandlerKind } from '../api/declarations.js';
import { recordingContext } from '../api/testing/recording-context.js';
import { type LuaFunction, type LuaValue, ScriptError } from '../lua/vm.js';
import { buildModel } from './model.js';
import type { EventView, RouteRequest, ServiceModel } from './types.js';

const fn: LuaFunction = { luaFunction: true, where: 'a.lua:3' };
const { context } = recordingContext();

const event: EventView = {
  type: 'Paid',
  key: 'acc-1',
  value: 4,
  data: { amount: 9007199254740991 },
  correlation: '0191e0f0-0000-7000-8000-00000000abcd',
  causation: 'log-3',
  eventId: 'log-7',
  position: '7',
  time: Date.parse('2026-01-02T03:04:05.678Z'),
  sender: 'accounts',
  batchId: undefined,
};

const request: RouteRequest = {
  method: 'POST',
  path: '/account/5',
  url: '/account/5?a=b',
  args: { id: '5' },
  query: { a: 'b' },
  headers: { host: 'x' },
  body: { amount: 1 },
  caller: undefined,
};

function modelOf(
  declare: (declarations: Declarations) => void,
  returns: LuaValue[] = [],
): { model: ServiceModel; calls: (readonly LuaValue[])[] } {
  const declarations = new Declarations(() => {});
  declare(declarations);
  const calls: (readonly LuaValue[])[] = [];
  const vm = {
    call: async (_: LuaFunction, args: readonly LuaValue[]) => {
      calls.push(args);
      return returns;
    },
  };
  const model = buildModel(declarations, 'accounts', vm, { name: 'a.lua', version: 'v' });
  return { model, calls };
}

describe('event handlers', () => {
  async function argsOf(kind: Exclude<HandlerKind, 'receipt'>): Promise<readonly LuaValue[] | undefined> {
    const { model, calls } = modelOf((declarations) => declarations.handle('bus:x', kind, 'Paid', fn));
    await model.types.get('Paid')?.[kind]?.(context, event);
    return calls[0];
  }

  test.each(['listener', 'rebuild'] as const)(
    'a classic %s gets type, key, correlation, data, seconds',
    async (kind) => {
      expect(await argsOf(kind)).toEqual(['Paid', 'acc-1', event.correlation, event.data, 1767323045]);
    },
  );

  test.each(['projection', 'decision'] as const)('a %s gets one table', async (kind) => {
    expect(await argsOf(kind)).toEqual([
      {
        type: 'Paid',
        key: 'acc-1',
        value: 4,
        data: event.data,
        correlation: event.correlation,
        causation: 'log-3',
        time: '2026-01-02T03:04:05.678Z',
        ts: 1767323045,
        sender: 'accounts',
      },
    ]);
  });

  test('a receipt listener gets status, type, key, correlation, data', async () => {
    const { model, calls } = modelOf((declarations) => declarations.handle('bus:x', 'receipt', 'Paid', fn));
    await model.types.get('Paid')?.receipt?.(context, {
      status: 'inconsistent',
      type: 'Paid',
      key: 'acc-1',
      correlation: event.correlation,
      data: 5,
    });
    expect(calls).toEqual([['inconsistent', 'Paid', 'acc-1', event.correlation, 5]]);
  });

  test('only what was declared is there', () => {
    const { model } = modelOf((declarations) => declarations.handle('bus:x', 'projection', 'Paid', fn));
    expect(Object.keys(model.types.get('Paid') ?? {})).toEqual(['projection']);
  });
});

describe('route handlers', () => {
  const declared = (style: 'classic' | 'modern') => (declarations: Declarations) =>
    declarations.route('bus:x', style, 'POST', '/account/{id}', fn);

  test('a classic one gets method, path with query, args, data', async () => {
    const { model, calls } = modelOf(declared('classic'), [201, { ok: true }]);
    expect(await model.routes[0]?.handler(context, request)).toEqual({ status: 201, body: { ok: true } });
    expect(calls).toEqual([['POST', '/account/5?a=b', { id: '5' }, { amount: 1 }]]);
  });

  test('a modern one gets one table', async () => {
    const { model, calls } = modelOf(declared('modern'), [204]);
    expect(await model.routes[0]?.handler(context, request)).toEqual({ status: 204, body: undefined });
    const { url, ...table } = request;
    expect(calls).toEqual([[table]]);
  });

  test.each<[string, LuaValue[]]>([
    ['nothing', []],
    ['no status', [{ id: 1 }]],
    ['a status below 200', [101]],
    ['a status above 599', [600]],
    ['a fraction', [200.5]],
    ['a function as body', [200, fn]],
  ])('returning %s is a script error that names the handler and the route', async (_, returns) => {
    const { model } = modelOf(declared('modern'), returns);
    const failure = await model.routes[0]?.handler(context, request).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ScriptError);
    expect((failure as ScriptError).message).toMatch(
      /^a\.lua:3: the route POST \/account\/\{id\} must return/,
    );
  });
});
