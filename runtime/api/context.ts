import type { Context } from '../lua/vm.js';
import { HostError } from '../lua/vm.js';
import type { HandlerContext } from '../service/types.js';

/**
 * The bridge between the VM's opaque `Context` and the handler that runs. Invariant: whatever this runtime passes to
 * `Vm.start` and `Vm.call` is a HandlerContext, so this file is the only place that casts.
 */
export function handlerOf(context: Context): HandlerContext {
  return context as HandlerContext;
}

/**
 * The context of the script's top level: it declares, it touches nothing. There is no event and no request that state or
 * events could belong to, and every instance of the service runs the top level at every start.
 * @param now Unix ms
 */
export function startContext(now: number): HandlerContext {
  return {
    mode: 'start',
    now,
    correlation: '',
    get: handlersOnly('redis:get'),
    set: handlersOnly('redis:set'),
    del: handlersOnly('redis:del'),
    increment: handlersOnly('redis:incr'),
    raise: handlersOnly('redis:raise'),
    keys: handlersOnly('redis:keys'),
    push: handlersOnly('redis:push'),
    range: handlersOnly('redis:range'),
    length: handlersOnly('redis:len'),
    send: handlersOnly('bus:send'),
    publish: handlersOnly('updates:publish'),
  };
}

function handlersOnly(call: string): () => never {
  return () => {
    throw new HostError(
      `${call} works in handlers only; the top level of a script declares, it has no event or request`,
    );
  };
}
