import { describe, expect, it } from 'vitest';
import type { Session } from '../session/session.js';
import { createApiClient } from './client.js';
import { Problem, problemOf } from './problem.js';
import type { Request } from './request.js';

const refused = problemOf(401, { error: 'the token has run out', code: 'unauthorized' });

function setUp(request: Request, renews = true) {
  let access = 'old';
  const session = {
    credentials: () => ({ access }),
    async renew() {
      if (renews) access = 'new';
      return renews;
    },
  } as Session;
  return createApiClient(session, request);
}

describe('requests as the person who is signed in', () => {
  it('sends a command again with a fresh token, under the same key', async () => {
    const seen: unknown[] = [];
    const client = setUp(async (_, options) => {
      seen.push(options?.headers);
      if (seen.length === 1) throw refused;
      return 'done';
    });
    expect(await client.post('/api/transfers', {}, 'k1')).toBe('done');
    expect(seen).toEqual([
      { authorization: 'Bearer old', 'idempotency-key': 'k1' },
      { authorization: 'Bearer new', 'idempotency-key': 'k1' },
    ]);
  });

  it('asks no third time, and not at all when the session is over', async () => {
    let calls = 0;
    const never: Request = async () => {
      calls += 1;
      throw refused;
    };
    await expect(setUp(never).get('/api/me')).rejects.toBe(refused);
    expect(calls).toBe(2);
    await expect(setUp(never, false).get('/api/me')).rejects.toBe(refused);
    expect(calls).toBe(3);
  });
});

describe('a problem', () => {
  it('takes what the answer says, and has a sentence for what says nothing', () => {
    expect(problemOf(400, { error: 'too much', code: 'refused', field: 'amount', id: 'e1' })).toMatchObject({
      message: 'too much',
      code: 'refused',
      field: 'amount',
      id: 'e1',
    });
    expect(problemOf(502, '<html>').message).toBe('The service is not available at the moment.');
    expect(problemOf(429, {}, '12').retryAfter).toBe(12);
  });

  it('knows when nobody can say whether the command happened', () => {
    const unknown = [0, 500, 503].map((status) => problemOf(status, {}).outcomeUnknown);
    expect(unknown).toEqual([true, true, true]);
    expect(new Problem({ status: 400, code: 'refused', message: '' }).outcomeUnknown).toBe(false);
  });
});
