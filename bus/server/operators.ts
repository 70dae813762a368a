import type { ErrorCode } from '../../common/errors.js';
import type { Effect, Input } from '../core/types.js';

type Unpark = Extract<Input, { kind: 'unpark' }>;

/** Why a decision was not taken. */
export interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The operators' decisions on parked events on their way through the core: each gets one answer. */
export class Operators {
  readonly #submit: (input: Input) => void;
  readonly #waiting = new Map<number, (refused: Refused | undefined) => void>();
  #requests = 0;

  constructor(submit: (input: Input) => void) {
    this.#submit = submit;
  }

  /** Resolves with undefined when the decision is durable, or with the reason why it was not taken. */
  decide(decision: Omit<Unpark, 'kind' | 'request'>): Promise<Refused | undefined> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#submit({ kind: 'unpark', request, ...decision });
    });
  }

  answer({ request, error }: Extract<Effect, { kind: 'operator-answer' }>): void {
    this.#waiting.get(request)?.(error);
    this.#waiting.delete(request);
  }

  /** Answers everybody who waits: the bus stops, the outcome is unknown. */
  stop(): void {
    for (const resolve of this.#waiting.values()) {
      resolve({ code: 'shutting_down', message: 'the bus stops; look whether the event is still parked' });
    }
    this.#waiting.clear();
  }
}
