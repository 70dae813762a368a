/** What is chosen on a page, as texts in its address. */

export type Search<Name extends string> = { readonly [_ in Name]?: string | undefined };

/**
 * Reads these names from an address; a number there is a text too. What is missing is `undefined`, and not left out: what a
 * validator leaves out, the router takes from the address as it stands.
 */
export function searchOf<const Name extends string>(...names: readonly Name[]) {
  return (search: Record<string, unknown>): Search<Name> =>
    Object.fromEntries(names.map((name) => [name, textOf(search[name])])) as Search<Name>;
}

function textOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}
