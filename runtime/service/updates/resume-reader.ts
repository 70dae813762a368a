import { ERRORS, type ErrorCode } from '../../../common/errors.js';
import type { Json } from '../../../common/protocol/messages.js';
import type { Engine, ResumeDeclaration, ServiceModel } from '../types.js';
import type { ReadPage } from './subscription.js';

/** Pages that are read at once; the others wait, so that thousands who come back at once do not stop the live work. */
const READING_MAX = 16;

/** Why a topic cannot be resumed now. */
export class ResumeFailed extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'ResumeFailed';
  }
}

/** Asks the script's resume handlers, each page in a handler run of its own over the live state. */
export class ResumeReader {
  readonly #resumes: readonly ResumeDeclaration[];
  readonly #waiting: (() => void)[] = [];
  #reading = 0;

  /** @param newId makes a UUID */
  constructor(
    model: Pick<ServiceModel, 'resumes'>,
    private readonly route: Engine['route'],
    private readonly newId: () => string,
  ) {
    this.#resumes = model.resumes ?? [];
  }

  /** How to read a topic; undefined if no resume handler knows it. What it gives throws ResumeFailed. */
  reader(topic: string): ReadPage | undefined {
    for (const { match, handler } of this.#resumes) {
      const args = match(topic);
      if (args) return (after) => this.#inTurn(() => this.#read(topic, handler, args, after));
    }
    return undefined;
  }

  async #read(
    topic: string,
    handler: ResumeDeclaration['handler'],
    args: Readonly<Record<string, string>>,
    after: number,
  ): ReturnType<ReadPage> {
    let page: Awaited<ReturnType<ReadPage>> = [];
    const outcome = await this.route({
      handler: async (context) => {
        page = await handler(context, args, after);
        return { status: 200, body: undefined };
      },
      request: { ...NO_REQUEST, path: topic, url: topic, args },
      correlation: this.newId(),
      waitApplied: false,
      mode: 'resume',
    });
    if (outcome.kind === 'answer') return page;
    // What a script says of its failure stays in the log.
    const { code, message, errorId } = outcome;
    const text = code === 'handler_failed' ? ERRORS.handler_failed.meaning : message;
    throw new ResumeFailed(code, errorId === undefined ? text : `${text} Error id: ${errorId}.`);
  }

  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (this.#reading >= READING_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reading++;
    try {
      return await read();
    } finally {
      // The place is handed on, not given back: who comes later does not overtake.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#reading--;
    }
  }
}

const NO_REQUEST: { method: string; query: Record<string, string>; headers: Record<string, string> } & {
  body: Json | undefined;
  caller: undefined;
} = { method: 'RESUME', query: {}, headers: {}, body: undefined, caller: undefined };
