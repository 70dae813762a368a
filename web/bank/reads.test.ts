import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { AccountRequest } from '../../common/pages/bank.js';
import type { ApiClient } from '../api/client.js';
import { accountRequestRead } from './reads.js';

describe('the request for an account', () => {
  it('is asked about again by whoever comes back, until its account is there', async () => {
    const service = { request: { status: 'pending' } as AccountRequest, asked: 0 };
    const api: ApiClient = {
      async get<T>() {
        service.asked += 1;
        return service.request as T;
      },
      post: () => Promise.reject(new Error('nothing is told')),
    };
    // As the pages have it: what was read stays good until it is told otherwise.
    const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    const observer = new QueryObserver(queries, accountRequestRead(api, 'request-1'));
    const visit = async () => {
      const leave = observer.subscribe(() => undefined);
      await expect.poll(() => observer.getCurrentResult().isFetching).toBe(false);
      leave();
      return observer.getCurrentResult().data;
    };
    try {
      expect(await visit()).toEqual({ status: 'pending' });
      service.request = { status: 'created', account_id: 7 };
      expect(await visit()).toEqual({ status: 'created', account_id: 7 });
      await visit();
      expect(service.asked).toBe(2);
    } finally {
      queries.clear();
    }
  });
});
