/** An event as text for elsewhere: JSON, a line of a Lua script that would send it, a curl that reads it. Pure. */
import type { BusEvent } from '../../../common/pages/operator.js';
import type { Json } from '../../../common/protocol/messages.js';

export function asJson(event: BusEvent): string {
  return JSON.stringify(event, null, 2);
}

/** One event per line. */
export function asNdjson(events: readonly BusEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

export function asLua({ event_type, consistency, data }: BusEvent): string {
  return `bus:send{\n  type = ${luaText(event_type)}, key = ${luaText(consistency.key)},\n  data = ${lua(data)},\n}`;
}

/** `origin`: of the gateway. The token is left to whoever runs it. */
export function asCurl({ position }: BusEvent, origin: string): string {
  return `curl -H "authorization: Bearer $ACCESS" ${origin}/api/operator/events/${position}`;
}

function lua(value: Json): string {
  if (value === null) return 'json.null';
  if (typeof value === 'string') return luaText(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '{}' : `{ ${value.map(lua).join(', ')} }`;
  const fields = Object.entries(value).map(([name, field]) => `${luaName(name)} = ${lua(field)}`);
  return fields.length === 0 ? 'json.object{}' : `{ ${fields.join(', ')} }`;
}

const LUA_WORDS =
  /^(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while)$/;

function luaName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !LUA_WORDS.test(name) ? name : `[${luaText(name)}]`;
}

/** Lua knows decimal escapes of three digits; everything above ASCII stands as it is, in UTF-8. */
function luaText(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is escaped
  return `"${escaped.replace(/[\u0000-\u001f\u007f]/g, (one) => `\\${String(one.charCodeAt(0)).padStart(3, '0')}`)}"`;
}
