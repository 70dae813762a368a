import type { ErrorCode } from '../../../common/errors.js';
import { API_LIMITS } from '../../api/limits.js';
import type { Update } from '../types.js';

/** The messages of `WS /updates`: one JSON object per text frame. PROTOCOL.md describes them for clients. */
export type WatcherMessage =
  | {
      readonly message_type: 'subscribe';
      readonly topic: string;
      /** cursor of the last update the client has, -1 = none; absent = only what comes from now on */
      readonly after?: number;
    }
  | { readonly message_type: 'unsubscribe'; readonly topic: string };

/** Everything that is wrong with a frame: a reason for the client, never an exception. */
export interface Unreadable {
  readonly reason: string;
  readonly topic: string | undefined;
}

export function decodeWatcherMessage(frame: string): WatcherMessage | Unreadable {
  const fields = parsedObject(frame);
  if (!fields) return { reason: 'the frame is not a JSON object', topic: undefined };
  const { message_type: type, topic, after } = fields;
  if (typeof topic !== 'string' || topic === '' || Buffer.byteLength(topic) > API_LIMITS.topicBytesMax)
    return { reason: `topic must be a text of 1 to ${API_LIMITS.topicBytesMax} bytes`, topic: undefined };
  if (type === 'unsubscribe') return { message_type: type, topic };
  if (type !== 'subscribe') return { reason: 'message_type must be "subscribe" or "unsubscribe"', topic };
  if (after === undefined) return { message_type: type, topic };
  if (typeof after !== 'number' || !Number.isSafeInteger(after) || after < -1)
    return { reason: 'after must be a whole number, -1 or more', topic };
  return { message_type: type, topic, after };
}

export function encodeSubscribed(topic: string, resumed: boolean): Buffer {
  return encoded({ message_type: 'subscribed', topic, resumed });
}

export function encodeUpdate({ topic, cursor, data }: Update): Buffer {
  return encoded({ message_type: 'update', topic, cursor, data });
}

/** With a topic: the client is not subscribed to it. */
export function encodeError(code: ErrorCode, message: string, topic: string | undefined): Buffer {
  return encoded({ message_type: 'error', code, message, ...(topic !== undefined && { topic }) });
}

/** As bytes: a text would be turned into bytes again for each socket. */
function encoded(message: object): Buffer {
  return Buffer.from(JSON.stringify(message));
}

function parsedObject(frame: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
