import { isUuid } from '../../common/ids.js';
import type { HostFunction, LuaValue } from '../lua/vm.js';
import type { SendExpect, SendRequest } from '../service/types.js';
import {
  fieldsArgument,
  functionArgument,
  isLuaFunction,
  jsonArgument,
  mistake,
  textArgument,
} from './arguments.js';
import { handlerOf } from './context.js';
import type { Declarations, HandlerKind, Style } from './declarations.js';
import { API_LIMITS } from './limits.js';

/**
 * The global `bus`. Classic: register, add_event_listener, add_rebuild_handler, add_receipt_listener, add_route, send with
 * positional arguments. Modern: projection, decision, route, send with a table. Declarations work at the top level only,
 * `send` in handlers only.
 */
export function busApi(declarations: Declarations): Readonly<Record<string, HostFunction>> {
  return {
    register: (_, clientType) => {
      const call = 'bus:register';
      declarations.register(
        call,
        textArgument(call, 'client_type', clientType, API_LIMITS.clientTypeBytesMax),
      );
      return undefined;
    },
    add_event_listener: declareHandler(declarations, 'bus:add_event_listener', 'listener'),
    add_rebuild_handler: declareHandler(declarations, 'bus:add_rebuild_handler', 'rebuild'),
    add_receipt_listener: declareHandler(declarations, 'bus:add_receipt_listener', 'receipt'),
    projection: declareHandler(declarations, 'bus:projection', 'projection'),
    decision: declareHandler(declarations, 'bus:decision', 'decision'),
    add_route: (_, pattern, method, handler) =>
      declareRoute(declarations, 'bus:add_route', 'classic', method, pattern, handler),
    route: (_, method, pattern, handler) =>
      declareRoute(declarations, 'bus:route', 'modern', method, pattern, handler),
    send: (context, first, ...rest) => {
      const request =
        typeof first === 'object' && first !== null && !isLuaFunction(first)
          ? modernSend(first)
          : classicSend(first, ...rest);
      handlerOf(context).send(request);
      return undefined;
    },
  };
}

function declareHandler(declarations: Declarations, call: string, kind: HandlerKind): HostFunction {
  return (_, eventType, handler) => {
    declarations.handle(
      call,
      kind,
      textArgument(call, 'event_type', eventType, API_LIMITS.typeBytesMax),
      functionArgument(call, 'handler', handler),
    );
    return undefined;
  };
}

function declareRoute(
  declarations: Declarations,
  call: string,
  style: Style,
  method: LuaValue,
  pattern: LuaValue,
  handler: LuaValue,
): undefined {
  declarations.route(
    call,
    style,
    textArgument(call, 'method', method, API_LIMITS.patternBytesMax),
    textArgument(call, 'pattern', pattern, API_LIMITS.patternBytesMax),
    functionArgument(call, 'handler', handler),
  );
}

const CALL = 'bus:send';

/** `bus:send(event_type, key, implicit, correlation, data)`; explicit means `seen`: as far as this service knows the key. */
function classicSend(
  eventType: LuaValue,
  key?: LuaValue,
  implicit?: LuaValue,
  correlation?: LuaValue,
  data?: LuaValue,
): SendRequest {
  if (implicit !== undefined && typeof implicit !== 'boolean')
    throw mistake(CALL, 'implicit', 'must be true or false', implicit);
  return {
    type: textArgument(CALL, 'event_type', eventType, API_LIMITS.typeBytesMax),
    key: textArgument(CALL, 'key', key, API_LIMITS.keyBytesMax),
    expect: implicit === true ? 'any' : 'seen',
    correlation: correlationArgument(correlation),
    data: dataArgument(data),
  };
}

/** `bus:send{ type=, key=, data=, expect=, correlation= }` */
function modernSend(table: LuaValue): SendRequest {
  const fields = fieldsArgument(CALL, table, ['type', 'key', 'data', 'expect', 'correlation']);
  return {
    type: textArgument(CALL, 'type', fields.type, API_LIMITS.typeBytesMax),
    key: textArgument(CALL, 'key', fields.key, API_LIMITS.keyBytesMax),
    expect: expectArgument(fields.expect),
    correlation: correlationArgument(fields.correlation),
    data: dataArgument(fields.data),
  };
}

function dataArgument(value: LuaValue) {
  return jsonArgument(CALL, 'data', value, 'an event without data carries an empty table {}');
}

function expectArgument(value: LuaValue): SendExpect {
  if (value === undefined) return 'seen';
  if (value === 'seen' || value === 'any' || value === 'new') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw mistake(
    CALL,
    'expect',
    'must be "seen", "any", "new" or the number the event shall have in its key',
    value,
  );
}

function correlationArgument(value: LuaValue): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && isUuid(value)) return value;
  throw mistake(CALL, 'correlation', 'must be what a handler was given, or nil', value);
}
