/** Reads the frames of `WS /api/live`. What is not understood is left alone: an older page goes on under a newer gateway. */
import type { LiveMessage } from '../../common/pages/live.js';

/** A text frame as a message, or nothing. Never throws. The data of an update is taken as the contract says. */
export function readMessage(text: string): LiveMessage | undefined {
  const frame = parse(text);
  const wanted = FIELDS[String(frame.type)];
  const complete =
    wanted !== undefined && Object.entries(wanted).every(([name, type]) => typeof frame[name] === type);
  return complete ? (frame as LiveMessage) : undefined;
}

const FIELDS: Record<string, Record<string, 'string' | 'number'>> = {
  ready: {},
  expired: {},
  subscribed: { topic: 'string' },
  update: { topic: 'string', cursor: 'number' },
  error: { code: 'string', message: 'string' },
};

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
