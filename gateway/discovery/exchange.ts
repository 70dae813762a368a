import type { Dispatcher } from 'undici';

export interface InstanceRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** path and query */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** until the head of the answer, and between any two pieces of its body */
  readonly timeoutMs: number;
}

export interface InstanceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/**
 * A request and the whole of its answer. Answers are small and always wanted whole: undici's stream of the body would cost more
 * than everything else about them.
 * @throws what undici throws
 */
export function exchange(
  dispatcher: Dispatcher,
  { method, path, headers, body, timeoutMs }: InstanceRequest,
): Promise<InstanceAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, path, headers, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
    dispatcher.dispatch({ ...options, ...(body !== undefined && { body }) }, new Answer(resolve, reject));
  });
}

/** Gathers an answer as it comes in. */
class Answer implements Dispatcher.DispatchHandler {
  #status = 0;
  #headers: InstanceAnswer['headers'] = {};
  readonly #pieces: Buffer[] = [];

  constructor(
    private readonly resolve: (answer: InstanceAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  /** Undici calls a handler that has this in its present way. */
  onRequestStart(): void {}

  onResponseStart(_: unknown, status: number, headers: InstanceAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, piece: Buffer): void {
    this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#pieces).toString();
    this.resolve({ status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_: unknown, error: Error): void {
    this.reject(error);
  }
}
