import { JsonError, parseJsonExact } from '../../../common/json.js';
import type { Json } from '../../../common/protocol/messages.js';
import { RequestError } from './request-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a request's body, every number exactly as it was written; undefined if there is no body.
 * @param body the bytes, as the content parser leaves them
 * @throws RequestError `number_out_of_range` naming the field, `bad_request` for everything else that is no JSON
 */
export function parseBody(body: unknown): Json | undefined {
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  const text = decoded(body);
  try {
    return parseJsonExact(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const code = error.code === 'number' ? 'number_out_of_range' : 'bad_request';
    throw new RequestError(code, `The body cannot be taken: ${error.message}.`, error.field);
  }
}

function decoded(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new RequestError('bad_request', 'The body is not UTF-8.', 'body');
  }
}
