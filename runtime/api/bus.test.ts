import { describe, expect, test } from 'vitest';
import { HostError, type LuaValue } from '../lua/vm.js';
import { busApi } from './bus.js';
import { startContext } from './context.js';
import { Declarations } from './declarations.js';
import { recordingContext } from './testing/recording-context.js';

const bus = busApi(new Declarations(() => {}));
const UUID = '0191e0f0-0000-7000-8000-00000000abcd';

function sent(...args: LuaValue[]): unknown {
  const { context, calls } = recordingContext();
  bus.send?.(context, ...args);
  expect(calls).toHaveLength(1);
  return calls[0]?.[1];
}

function message(call: string, ...args: LuaValue[]): string {
  try {
    bus[call]?.(recordingContext().context, ...args);
  } catch (error) {
    expect(error).toBeInstanceOf(HostError);
    return (error as HostError).message;
  }
  throw new Error(`bus:${call} took ${JSON.stringify(args)}`);
}

describe('the classic send', () => {
  test('implicit takes the next number whatever it is, explicit only what this service has seen', () => {
    expect(sent('Paid', 'acc-1', true, undefined, { amount: 1 })).toMatchObject({ expect: 'any' });
    expect(sent('Paid', 'acc-1', false, undefined, { amount: 1 })).toMatchObject({ expect: 'seen' });
    expect(sent('Paid', 'acc-1', undefined, undefined, { amount: 1 })).toMatchObject({ expect: 'seen' });
  });

  test('hands the correlation on, or leaves it to the host', () => {
    expect(sent('Paid', 'acc-1', true, UUID, {})).toMatchObject({ correlation: UUID });
    expect(sent('Paid', 'acc-1', true, undefined, {})).toMatchObject({ correlation: undefined });
  });

  test('whole numbers are keys, as Lua writes them', () => {
    expect(sent('Paid', 9007199254740991, true, undefined, {})).toMatchObject({ key: '9007199254740991' });
  });

  test.each<[string, LuaValue[]]>([
    ['bus:send: event_type must be a text that is not empty; got nil', []],
    ['bus:send: key must be a text that is not empty; got nil', ['Paid']],
    ['bus:send: key must be a text that is not empty; got an empty text', ['Paid', '']],
    ['bus:send: key must be a text that is not empty; got 1.5', ['Paid', 1.5]],
    ['bus:send: implicit must be true or false; got "yes"', ['Paid', 'k', 'yes']],
    ['bus:send: correlation must be what a handler was given, or nil; got 7', ['Paid', 'k', true, 7, {}]],
    [
      'bus:send: data is nil; an event without data carries an empty table {}',
      ['Paid', 'k', true, undefined],
    ],
  ])('%s', (expected, args) => {
    expect(message('send', ...args)).toBe(expected);
  });
});

describe('the modern send', () => {
  const event = { type: 'Paid', key: 'acc-1', data: { amount: 1 } };

  test('expects by default what this service has seen', () => {
    expect(sent(event)).toEqual({ ...event, expect: 'seen', correlation: undefined });
  });

  test.each<LuaValue>(['seen', 'any', 'new', 0, 17])('takes expect = %s', (expected) => {
    expect(sent({ ...event, expect: expected })).toMatchObject({ expect: expected });
  });

  test.each<LuaValue>(['SEEN', -1, 1.5, true, {}])('refuses expect = %j', (expected) => {
    expect(message('send', { ...event, expect: expected })).toMatch(
      /^bus:send: expect must be "seen", "any", "new"/,
    );
  });

  test('a misspelt field is an error that lists the fields', () => {
    expect(message('send', { ...event, expects: 'new' })).toBe(
      'bus:send: there is no field "expects"; the fields are type, key, data, expect, correlation',
    );
  });

  test('a missing field is named', () => {
    expect(message('send', { ...event, type: undefined })).toMatch(/^bus:send: type must be a text/);
    expect(message('send', { ...event, data: undefined })).toMatch(/^bus:send: data is nil/);
    expect(message('send', [])).toMatch(/^bus:send: type must be a text/);
    expect(message('send', ['Paid'])).toMatch(/expected a table with named fields/);
  });

  test('names above the bus’s limits are refused at the script’s line', () => {
    expect(message('send', { ...event, key: 'k'.repeat(513) })).toBe(
      'bus:send: key is 513 bytes long; at most 512 are allowed',
    );
  });
});

test('declarations name the argument that is wrong', () => {
  expect(message('projection', 'Paid')).toBe('bus:projection: handler must be a function; got nil');
  expect(message('add_event_listener', undefined)).toMatch(/^bus:add_event_listener: event_type must be/);
  expect(message('register', undefined)).toMatch(/^bus:register: client_type must be/);
  expect(message('add_route', '/x', 'GET', 'answer')).toBe(
    'bus:add_route: handler must be a function; got "answer"',
  );
});

test('sending at the top level is an error that says why', () => {
  expect(() => bus.send?.(startContext(0), 'Paid', 'k', true, undefined, {})).toThrow(
    /^bus:send works in handlers only; the top level of a script declares/,
  );
});
