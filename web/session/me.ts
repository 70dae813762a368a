import { queryOptions } from '@tanstack/react-query';
import type { Me } from '../../common/pages/session.js';
import type { ApiClient } from '../api/client.js';

/** Who the gateway takes us for, and whether an operator. */
export function meQuery(api: ApiClient) {
  return queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.get<Me>('/api/me', signal) });
}
