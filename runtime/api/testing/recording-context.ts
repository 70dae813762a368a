import type { HandlerContext } from '../../service/types.js';

/** A HandlerContext that only notes the calls; reads answer with the fixed values given. */
export function recordingContext(
  answers: Partial<Record<'get' | 'increment' | 'keys' | 'range' | 'length', unknown>> = {},
): { context: HandlerContext; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const note =
    (name: string, answer?: unknown) =>
    (...args: unknown[]): never => {
      calls.push([name, ...args]);
      return answer as never;
    };
  const context: HandlerContext = {
    mode: 'listener',
    now: Date.parse('2026-01-02T03:04:05.678Z'),
    correlation: '0191e0f0-0000-7000-8000-000000000001',
    get: note('get', answers.get),
    set: note('set'),
    del: note('del'),
    increment: note('increment', answers.increment),
    raise: note('raise'),
    keys: note('keys', answers.keys),
    push: note('push'),
    range: note('range', answers.range),
    length: note('length', answers.length),
    send: note('send'),
    publish: note('publish'),
  };
  return { context, calls };
}
