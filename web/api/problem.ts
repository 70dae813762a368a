/**
 * What went wrong with a request, as data for a page: a sentence, a code, the field it is about, the error's id in the
 * services' logs. Every failed request becomes one of these; nothing else is thrown by `api/`.
 */
export interface ProblemDetails {
  /** HTTP status; 0 when there was no answer at all */
  status: number;
  code: string;
  message: string;
  field?: string | undefined;
  id?: string | undefined;
  /** seconds, when the gateway said when to come back */
  retryAfter?: number | undefined;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly id: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(details: ProblemDetails) {
    super(details.message);
    this.name = 'Problem';
    this.status = details.status;
    this.code = details.code;
    this.field = details.field;
    this.id = details.id;
    this.retryAfter = details.retryAfter;
  }

  /** No answer, or none that says whether it happened: the same command may be sent again under the same key. */
  get outcomeUnknown(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** From an answer that is not a success. The body is whatever came: only texts that are there are taken. */
export function problemOf(status: number, body: unknown, retryAfter?: string | null): Problem {
  const fields = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  return new Problem({
    status,
    code: text('code') ?? `http_${status}`,
    message: text('error') ?? text('message') ?? sentenceFor(status),
    field: text('field'),
    id: text('id'),
    retryAfter: retryAfter ? Number(retryAfter) || undefined : undefined,
  });
}

function sentenceFor(status: number): string {
  if (status === 0) return 'The bank could not be reached.';
  if (status === 401) return 'You are signed out.';
  if (status === 403) return 'This is not yours to see.';
  if (status === 404) return 'There is no such thing.';
  if (status === 429) return 'Too many attempts. Wait a little.';
  if (status >= 500) return 'The service is not available at the moment.';
  return 'The request was refused.';
}
