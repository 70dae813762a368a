import type { FastifyInstance } from 'fastify';
import { JsonError, parseJsonExact } from '../../common/json.js';
import { Problem } from '../problem.js';

/** Reads bodies as Fastify does, but no number is rounded: an amount means what was written, or is refused with its field. */
export function takeExactJson(app: FastifyInstance): void {
  const usual = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    usual(request, text, (error, value) => {
      const problem = error ?? whyNotExact(text);
      if (problem) done(problem);
      else done(null, value);
    });
  });
}

function whyNotExact(text: string): Problem | undefined {
  try {
    parseJsonExact(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const { code, field, message } = error;
    return new Problem(
      code === 'number' ? 'number_out_of_range' : 'bad_request',
      `The body cannot be taken: ${message}.`,
      { field },
    );
  }
}
