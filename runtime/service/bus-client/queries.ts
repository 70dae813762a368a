import type { ErrorMessage, QueryMessage, RebuildMessage } from '../../../common/protocol/messages.js';

/**
 * The queries that are not answered yet, by their id. A few are at the bus at once, the others wait here. A lost connection
 * ends all of them: whoever asked asks again.
 */
export class Queries {
  readonly #waiting: Query[] = [];
  readonly #asked = new Map<string, Query>();
  readonly #askedMax: number;
  #send: ((message: QueryMessage) => void) | undefined;
  #count = 0;

  constructor(askedMax: number) {
    this.#askedMax = askedMax;
  }

  resume(send: (message: QueryMessage) => void): void {
    this.#send = send;
  }

  pause(reason: string): void {
    this.#send = undefined;
    const ended = [...this.#asked.values(), ...this.#waiting.splice(0)];
    this.#asked.clear();
    for (const { reject } of ended) reject(new Error(`the query was not answered: ${reason}`));
  }

  /** @throws Error when there is no connection, or it is lost, or the bus refuses */
  ask(message: QueryMessage): Promise<RebuildMessage> {
    if (this.#send === undefined) return Promise.reject(new Error('no connection to the bus'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#askNext();
    });
  }

  answer(message: RebuildMessage): void {
    this.#settle(message.query_id)?.resolve(message);
  }

  /** @return whether the error was about a query */
  error({ code, message, about }: ErrorMessage): boolean {
    const query = this.#settle(about?.query_id);
    query?.reject(new Error(`the bus refuses the query (${code}): ${message}`));
    return query !== undefined;
  }

  #settle(queryId: string | undefined): Query | undefined {
    if (queryId === undefined) return undefined;
    const query = this.#asked.get(queryId);
    this.#asked.delete(queryId);
    this.#askNext();
    return query;
  }

  #askNext(): void {
    while (this.#send !== undefined && this.#asked.size < this.#askedMax) {
      const query = this.#waiting.shift();
      if (query === undefined) return;
      this.#count += 1;
      const queryId = String(this.#count);
      this.#asked.set(queryId, query);
      this.#send({ ...query.message, query_id: queryId });
    }
  }
}

interface Query {
  readonly message: QueryMessage;
  readonly resolve: (answer: RebuildMessage) => void;
  readonly reject: (error: Error) => void;
}
