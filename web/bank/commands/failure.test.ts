import { describe, expect, it } from 'vitest';
import { problemOf } from '../../api/problem.js';
import { failureOf } from './failure.js';

const failure = (status: number, code?: string) =>
  failureOf(problemOf(status, code === undefined ? '' : { error: 'no', code }));

describe('what a failed try says of the command', () => {
  it('is that the rules of the bank refuse it, when the service has looked at it', () => {
    expect(failure(400, 'refused')).toBe('refused');
    expect(failure(409, 'refused')).toBe('refused');
    expect(failure(400, 'bad_request')).toBe('refused');
    expect(failure(404, 'not_found')).toBe('refused');
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [408, 'slow_reader'],
    [413, undefined],
    [429, 'rate_limited'],
    [429, undefined],
  ])('is nothing, when %i %s has kept it from the service', (status, code) => {
    expect(failure(status, code)).toBe('turned-away');
  });

  it('is that it was carried out, when only the answer is lost', () => {
    expect(failure(409, 'repeated')).toBe('repeated');
  });

  it.each([
    [0, undefined],
    [500, 'handler_failed'],
    [503, 'unknown_outcome'],
    [409, 'conflict'],
  ])('is that nobody knows, with %i %s', (status, code) => {
    expect(failure(status, code)).toBe('unknown');
  });
});
