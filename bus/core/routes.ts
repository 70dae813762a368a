import type { ClientType } from './client-type.js';

/** Answers kept per event type; above it all are forgotten and worked out again. */
const ROUTES_MAX = 10_000;

/** Which client types are owed an event of a type, by the subscriptions as they are now. */
export class Routes {
  readonly #clientTypes: ReadonlyMap<string, ClientType>;
  readonly #owedTo = new Map<string, readonly string[]>();

  constructor(clientTypes: ReadonlyMap<string, ClientType>) {
    this.#clientTypes = clientTypes;
  }

  owedTo(eventType: string): readonly string[] {
    const known = this.#owedTo.get(eventType);
    if (known !== undefined) return known;
    const names: string[] = [];
    for (const client of this.#clientTypes.values()) if (client.wants(eventType)) names.push(client.name);
    if (this.#owedTo.size >= ROUTES_MAX) this.#owedTo.clear();
    this.#owedTo.set(eventType, names);
    return names;
  }

  /** A subscription has changed. */
  changed(): void {
    this.#owedTo.clear();
  }
}
