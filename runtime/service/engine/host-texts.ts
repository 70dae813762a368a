import type { Space } from '../../state/state-store.js';
import { parseMark } from './marks.js';

/**
 * The forms of the texts that the host keeps in a state beside the script's own. A text without its form was written by nobody here:
 * the store was damaged, or somebody has changed it by hand.
 */
const META_FORMS: Readonly<Record<string, (text: string) => boolean>> = {
  generation: (text) => text !== '',
  status: (text) => ['emptying', 'rebuilding', 'live'].includes(text),
  checkpoint: isCursor,
  types: (text) =>
    isJson(text, (value) => Array.isArray(value) && value.every((type) => typeof type === 'string')),
  lease: (text) => isJson(text, (value) => hasTypes(value, { holder: 'string', until: 'number' })),
};

const FORMS: Readonly<Record<Space, (key: string, text: string) => boolean>> = {
  // the script's own: told where it is read
  data: () => true,
  mark: (_key, text) => isMark(text),
  outbox: (_key, text) => isJson(text, isEntry),
  answer: (_key, text) =>
    isJson(text, (value) => hasTypes(value, { fingerprint: 'string', status: 'number', entry: 'string' })),
  meta: (key, text) => META_FORMS[key]?.(text) ?? true,
};

export function isWellFormed(space: Space, key: string, text: string): boolean {
  return FORMS[space](key, text);
}

function isMark(text: string): boolean {
  try {
    const { upTo, ahead } = parseMark(text);
    const values = [upTo + 1, ...ahead];
    return values.every((value, at) => Number.isSafeInteger(value) && (at === 0 || value > values[at - 1]!));
  } catch {
    return false;
  }
}

function isCursor(text: string): boolean {
  return /^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text));
}

function isEntry(value: unknown): boolean {
  if (!hasTypes(value, { batch: 'string', since: 'string', sends: 'object' })) return false;
  const { sends, event, since } = value as { sends: unknown; event?: unknown; since: string };
  return (
    Array.isArray(sends) &&
    sends.every((send) =>
      hasTypes(send, { type: 'string', key: 'string', expect: 'string', correlation: 'string' }),
    ) &&
    !Number.isNaN(Date.parse(since)) &&
    (event === undefined ||
      hasTypes(event, { id: 'string', type: 'string', key: 'string', value: 'number', position: 'string' }))
  );
}

function isJson(text: string, isRight: (value: unknown) => boolean): boolean {
  try {
    return isRight(JSON.parse(text));
  } catch {
    return false;
  }
}

function hasTypes(value: unknown, types: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries(types).every(([name, type]) => typeof fields[name] === type);
}
