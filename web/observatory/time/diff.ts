/** What differs between two JSON values. Pure. */
import type { Json } from '../../../common/protocol/messages.js';

export interface Difference {
  /** `balance`, `statements[3].note`; empty for the value itself */
  readonly path: string;
  /** undefined: was not there */
  readonly before: Json | undefined;
  /** undefined: is not there any more */
  readonly after: Json | undefined;
}

/** In the order of the fields. Lists are compared place by place: what a list grew by stands at its end. */
export function differencesOf(before: Json | undefined, after: Json | undefined, path = ''): Difference[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      differencesOf(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      differencesOf(before[index], after[index], `${path}[${index}]`),
    ).flat();
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
