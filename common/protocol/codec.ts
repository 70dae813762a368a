import { isUtf8 } from 'node:buffer';
import type { Limits } from './limits.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { BusMessage, ClientMessage, JsonText } from './messages.js';
import { rawSlices } from './raw-json.js';
import { BUS_SCHEMAS, clientSchemas } from './schemas.js';
import { type Check, compileChecks, type Refusal } from './validation.js';

/**
 * Frames to messages and back. Decoding gives a message or a reason and never throws, whatever the frame. `data` of events is the
 * text that stood in the frame, and encoding puts it back as it is.
 */
export type Decoded<Message> = { readonly ok: true; readonly message: Message } | Undecodable;

export interface Undecodable extends Refusal {
  readonly ok: false;
  /** what could be read of the message that is refused; empty if the frame is no JSON object */
  readonly about: About;
}

export interface About {
  message_type?: string;
  batch_id?: string;
  query_id?: string;
}

/** Decodes what a client sent. The message is as the schemas say and within the limits. */
export function decodeClientMessage(
  frame: string | Buffer,
  limits: Limits = DEFAULT_LIMITS,
): Decoded<ClientMessage> {
  const bytes = typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
  if (bytes > limits.messageBytesMax) {
    return refused('too_large', `the frame: must be at most ${limits.messageBytesMax} bytes`);
  }
  return decode<ClientMessage>(frame, checksOf(limits), limits.dataDepthMax);
}

/** Decodes what a bus sent. No limits: they are the bus's. */
export function decodeBusMessage(frame: string | Buffer): Decoded<BusMessage> {
  return decode<BusMessage>(frame, busChecks(), Number.POSITIVE_INFINITY);
}

/** @param message `data` of its events must be valid JSON text */
export function encodeClientMessage(message: ClientMessage): string {
  return message.message_type === 'new' ? withEvents(message) : JSON.stringify(message);
}

/** @param message `data` of its events must be valid JSON text */
export function encodeBusMessage(message: BusMessage): string {
  if ('events' in message) return withEvents(message);
  return 'data' in message ? withData(message) : JSON.stringify(message);
}

function withEvents(message: { readonly events: readonly { readonly data: JsonText }[] }): string {
  const { events, ...others } = message;
  return `${JSON.stringify(others).slice(0, -1)},"events":[${events.map(withData).join(',')}]}`;
}

function withData(event: { readonly data: JsonText }): string {
  const { data, ...others } = event;
  return `${JSON.stringify(others).slice(0, -1)},"data":${data}}`;
}

/** By message type: where `data` stands. */
const DATA_PATHS: Readonly<Record<string, readonly string[]>> = {
  new: ['events', '*', 'data'],
  event: ['data'],
  events: ['events', '*', 'data'],
  rebuild: ['events', '*', 'data'],
  observed: ['events', '*', 'data'],
};

const ABOUT_LENGTH_MAX = 256;

function decode<Message>(
  frame: string | Buffer,
  checks: ReadonlyMap<string, Check>,
  depthMax: number,
): Decoded<Message> {
  const text = textOf(frame);
  if (text === undefined) return refused('bad_message', 'the frame: must be UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused('bad_message', `the frame: must be JSON (${(error as Error).message})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('bad_message', 'the frame: must be a JSON object');
  }
  return decodeObject<Message>(text, value as Record<string, unknown>, checks, depthMax);
}

function decodeObject<Message>(
  text: string,
  message: Record<string, unknown>,
  checks: ReadonlyMap<string, Check>,
  depthMax: number,
): Decoded<Message> {
  const type = message.message_type;
  const check = typeof type === 'string' ? checks.get(type) : undefined;
  if (typeof type !== 'string' || check === undefined) {
    const known = [...checks.keys()].join(', ');
    return refused('bad_message', `message_type: must be one of ${known}`, aboutOf(message));
  }
  const refusal = check(message) ?? putRawData(type, message, text, depthMax);
  return refusal === undefined
    ? { ok: true, message: message as Message }
    : refused(refusal.code, refusal.message, aboutOf(message));
}

/** Replaces the parsed `data` of the message's events by the text that stood in the frame. The message has been checked. */
function putRawData(
  type: string,
  message: Record<string, unknown>,
  text: string,
  depthMax: number,
): Refusal | undefined {
  const path = DATA_PATHS[type];
  if (path === undefined) return undefined;
  const { slices, tooDeep } = rawSlices(text, path, depthMax);
  if (tooDeep !== undefined) {
    const field = path.length === 1 ? 'data' : `events[${tooDeep}].data`;
    return { code: 'too_large', message: `${field}: must not nest deeper than ${depthMax}` };
  }
  const events = path.length === 1 ? [message] : (message.events as Record<string, unknown>[]);
  for (const [index, event] of events.entries()) event.data = detached(slices[index]!);
  return undefined;
}

/**
 * A slice keeps the whole text in memory that it was cut from, and one event of a large frame may be owed for much longer than the
 * others: it gets a text of its own. Joining and cutting again is the cheapest way to make V8 copy a text.
 */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}

function textOf(frame: string | Buffer): string | undefined {
  if (typeof frame === 'string') return /\p{Surrogate}/u.test(frame) ? undefined : frame;
  return isUtf8(frame) ? frame.toString() : undefined;
}

function refused(code: Refusal['code'], message: string, about: About = {}): Undecodable {
  return { ok: false, code, message, about };
}

/** What it is about is echoed to the sender: only texts, and only short ones. */
function aboutOf(message: Record<string, unknown>): About {
  const about: About = {};
  for (const name of ['message_type', 'batch_id', 'query_id'] as const) {
    const value = message[name];
    if (typeof value === 'string' && value.length <= ABOUT_LENGTH_MAX) about[name] = value;
  }
  return about;
}

/** Compiled once for each set of limits; a process has one. */
const clientChecks = new WeakMap<Limits, ReadonlyMap<string, Check>>();

function checksOf(limits: Limits): ReadonlyMap<string, Check> {
  let checks = clientChecks.get(limits);
  if (checks === undefined) {
    checks = compileChecks(clientSchemas(limits));
    clientChecks.set(limits, checks);
  }
  return checks;
}

let compiledBusChecks: ReadonlyMap<string, Check> | undefined;

function busChecks(): ReadonlyMap<string, Check> {
  compiledBusChecks ??= compileChecks(BUS_SCHEMAS);
  return compiledBusChecks;
}
