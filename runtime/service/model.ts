import type { Json } from '../../common/protocol/messages.js';
import { rfc3339 } from '../../common/protocol/times.js';
import { described, isLuaFunction } from '../api/arguments.js';
import type { Declarations, DeclaredResume, DeclaredRoute, DeclaredType } from '../api/declarations.js';
import { type LuaFunction, type LuaValue, ScriptError, type Vm } from '../lua/vm.js';
import type {
  EventHandler,
  EventView,
  ReceiptHandler,
  ResumeHandler,
  RouteAnswer,
  RouteHandler,
  RouteRequest,
  ServiceModel,
  TypeHandlers,
} from './types.js';

/**
 * From what a script declared to what the engine runs: every Lua function becomes a handler over a HandlerContext. Here, and
 * only here, it is decided which arguments a Lua handler of each style gets.
 */
export function buildModel(
  declarations: Declarations,
  clientType: string,
  vm: Caller,
  script: { readonly name: string; readonly version: string },
): ServiceModel {
  return {
    clientType,
    script: script.name,
    version: script.version,
    types: new Map([...declarations.types].map(([type, declared]) => [type, typeHandlers(vm, declared)])),
    routes: declarations.routes.map((route) => ({
      method: route.method,
      pattern: route.pattern,
      handler: routeHandler(vm, route),
    })),
    resumes: declarations.resumes.map((resume) => ({
      pattern: resume.pattern,
      match: resume.match,
      handler: resumeHandler(vm, resume),
    })),
  };
}

type Caller = Pick<Vm, 'call'>;

function typeHandlers(vm: Caller, declared: DeclaredType): TypeHandlers {
  return {
    ...(declared.listener && { listener: classicHandler(vm, declared.listener) }),
    ...(declared.rebuild && { rebuild: classicHandler(vm, declared.rebuild) }),
    ...(declared.receipt && { receipt: receiptHandler(vm, declared.receipt) }),
    ...(declared.projection && { projection: modernHandler(vm, declared.projection) }),
    ...(declared.decision && { decision: modernHandler(vm, declared.decision) }),
  };
}

function classicHandler(vm: Caller, fn: LuaFunction): EventHandler {
  return async (context, event) => {
    const ts = unixSeconds(event.time);
    await vm.call(fn, [event.type, event.key, event.correlation, event.data, ts], context);
  };
}

function modernHandler(vm: Caller, fn: LuaFunction): EventHandler {
  return async (context, event) => {
    await vm.call(fn, [eventTable(event)], context);
  };
}

function receiptHandler(vm: Caller, fn: LuaFunction): ReceiptHandler {
  return async (context, { status, type, key, correlation, data }) => {
    await vm.call(fn, [status, type, key, correlation, data], context);
  };
}

function routeHandler(vm: Caller, route: DeclaredRoute): RouteHandler {
  return async (context, request) => {
    const args =
      route.style === 'classic'
        ? [request.method, request.url, { ...request.args }, request.body]
        : [requestTable(request)];
    const [status, body] = await vm.call(route.handler, args, context);
    return answerOf(route, status, body);
  };
}

function resumeHandler(vm: Caller, resume: DeclaredResume): ResumeHandler {
  return async (context, args, after) => {
    const [page] = await vm.call(resume.handler, [{ ...args }, after], context);
    return pageOf(resume, page, after);
  };
}

function eventTable(event: EventView): LuaValue {
  return {
    type: event.type,
    key: event.key,
    value: event.value,
    data: event.data,
    correlation: event.correlation,
    causation: event.causation,
    time: rfc3339(event.time),
    ts: unixSeconds(event.time),
    sender: event.sender,
  };
}

function requestTable(request: RouteRequest): LuaValue {
  return {
    method: request.method,
    path: request.path,
    args: request.args,
    query: request.query,
    headers: request.headers,
    body: request.body,
    caller: request.caller,
  };
}

function unixSeconds(time: number): number {
  return Math.floor(time / 1000);
}

const STATUS_MIN = 200;
const STATUS_MAX = 599;

/** @throws ScriptError if the script did not return `status[, body]` */
function answerOf(route: DeclaredRoute, status: LuaValue, body: LuaValue): RouteAnswer {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < STATUS_MIN || status > STATUS_MAX)
    throw badAnswer(
      route,
      `the first is a status from ${STATUS_MIN} to ${STATUS_MAX}, not ${described(status)}`,
    );
  if (body !== undefined && isLuaFunction(body))
    throw badAnswer(route, 'the second is a body, not a function');
  return { status, body: body as Json | undefined };
}

/** @throws ScriptError if the script did not return a list of `{cursor, data}` that goes on after `after` */
function pageOf(resume: DeclaredResume, page: LuaValue, after: number): ResumedPage {
  if (!Array.isArray(page)) throw badPage(resume, `not ${described(page)}`);
  let last = after;
  return page.map((item) => {
    const { cursor, data } = (typeof item === 'object' && item !== null ? item : {}) as Partial<
      Record<string, LuaValue>
    >;
    if (typeof cursor !== 'number' || !Number.isSafeInteger(cursor) || cursor <= last)
      throw badPage(
        resume,
        `a cursor is a whole number above the one before; ${described(cursor)} follows ${last}`,
      );
    if (data === undefined) throw badPage(resume, `the update ${cursor} has no data`);
    last = cursor;
    return { cursor, data: data as Json };
  });
}

type ResumedPage = Awaited<ReturnType<ResumeHandler>>;

function badPage({ pattern, handler }: DeclaredResume, why: string): ScriptError {
  const message = `${handler.where}: the resume handler of ${pattern} must return a list of { cursor =, data = }: ${why}`;
  return new ScriptError({ kind: 'runtime', message, traceback: message });
}

function badAnswer({ method, pattern, handler }: DeclaredRoute, why: string): ScriptError {
  const message = `${handler.where}: the route ${method} ${pattern} must return HTTP_…, body: ${why}`;
  return new ScriptError({ kind: 'runtime', message, traceback: message });
}
