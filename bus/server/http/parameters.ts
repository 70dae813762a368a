import { badField } from './http-error.js';

/** Nothing in a log has a longer name (see the limits of the protocol); what stores look up has a limit of theirs above it. */
export const NAME_BYTES_MAX = 1024;

/**
 * The parameters of an address (`?a=1&b=2`), read by name. Whatever is not one of the names of the route, is given twice, or does not
 * have the form that is asked for, is refused with the name of the parameter.
 */
export class Parameters {
  readonly #values: Readonly<Record<string, unknown>>;

  /** @throws HttpError bad_request */
  constructor(query: unknown, names: readonly string[]) {
    this.#values = query as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(this.#values)) {
      if (!names.includes(name)) {
        throw badField(name, `is not a parameter here; there are: ${names.join(', ') || 'none'}`);
      }
    }
  }

  text(name: string): string | undefined {
    const value = this.#given(name);
    if (value !== undefined) checkLength(name, value);
    return value;
  }

  /** A list of texts, separated by commas. */
  list(name: string): readonly string[] | undefined {
    const items = this.#given(name)?.split(',');
    if (items?.includes('')) throw badField(name, 'has an empty item');
    for (const item of items ?? []) checkLength(name, item);
    return items;
  }

  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw badField(name, `must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  #given(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw badField(name, 'is given more than once');
    if (value === '') throw badField(name, 'is empty');
    return value;
  }
}

/** @throws HttpError bad_request */
function checkLength(name: string, text: string): void {
  if (Buffer.byteLength(text) > NAME_BYTES_MAX)
    throw badField(name, `is longer than ${NAME_BYTES_MAX} bytes`);
}

/** What fits on a page, and where the next one begins. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** A page of a list in memory that is sorted by its cursors. */
export function pageOf<T>(
  sorted: readonly T[],
  cursorOf: (item: T) => string,
  isAfter: (item: T) => boolean,
  limit: number,
): ListPage<T> {
  const rest = sorted.filter(isAfter);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rest.length > limit && last !== undefined ? cursorOf(last) : undefined };
}
