import type { Logger } from '../../common/log.js';
import type { Context, HostFunction, LuaValue } from '../lua/vm.js';
import { isLuaFunction } from './arguments.js';
import { handlerOf } from './context.js';
import { API_LIMITS } from './limits.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/**
 * The global `log`: one function per level, any values, joined by a space. Lines carry the handler's correlation id. They
 * are written at once: a handler that is run again writes them again.
 */
export function logApi(log: Logger): Readonly<Record<string, HostFunction>> {
  return Object.fromEntries(
    LEVELS.map((level): [string, HostFunction] => [
      level,
      (context, ...values) => {
        logLine(log, level, context, values);
        return undefined;
      },
    ]),
  );
}

/** One line of the script's, with the correlation of what the script handles. */
export function logLine(
  log: Logger,
  level: (typeof LEVELS)[number],
  context: Context,
  values: readonly LuaValue[],
): void {
  if (!log.isLevelEnabled(level)) return;
  const { correlation } = handlerOf(context);
  log[level](correlation === '' ? {} : { correlation }, logText(values));
}

/** Texts as they are, everything else as JSON; cut at `logBytesMax`. */
export function logText(values: readonly LuaValue[]): string {
  const text = values.map(readable).join(' ');
  return text.length > API_LIMITS.logBytesMax ? `${text.slice(0, API_LIMITS.logBytesMax)}…` : text;
}

function readable(value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'nil';
  return isLuaFunction(value) ? `function ${value.where}` : JSON.stringify(value);
}
