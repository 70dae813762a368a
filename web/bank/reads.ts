/** What the bank's pages ask the gateway for: addresses, and under which key the answer is kept. */
import { queryOptions } from '@tanstack/react-query';
import type {
  AccountList,
  AccountRequest,
  Recipient,
  StatementPage,
  Transfer,
} from '../../common/pages/bank.js';
import type { ApiClient } from '../api/client.js';
import { statementOf } from './entries.js';

/** How many of the newest entries a statement begins with. */
const FIRST_ENTRIES = 200;

export function accountsRead(api: ApiClient) {
  return queryOptions({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => api.get<AccountList>('/api/accounts', signal),
  });
}

/** `asOf`: an instant in RFC 3339; without it the statement of now. */
export function statementRead(api: ApiClient, id: number, asOf: string | undefined) {
  return queryOptions({
    queryKey: ['statement', id, asOf ?? 'now'],
    queryFn: async ({ signal }) => {
      const part = { after: -FIRST_ENTRIES, limit: FIRST_ENTRIES };
      return statementOf(await readPart(api, id, part, asOf, signal));
    },
  });
}

export function readPart(
  api: ApiClient,
  id: number,
  part: { after: number; limit: number },
  asOf?: string,
  signal?: AbortSignal,
): Promise<StatementPage> {
  const query = new URLSearchParams({ after: String(part.after), limit: String(part.limit) });
  if (asOf !== undefined) query.set('as_of', asOf);
  return api.get<StatementPage>(`/api/accounts/${id}/statement?${query}`, signal);
}

export function transferRead(api: ApiClient, id: number) {
  return queryOptions({
    queryKey: ['transfer', id],
    queryFn: ({ signal }) => api.get<Transfer>(`/api/transfers/${id}`, signal),
  });
}

export function recipientRead(api: ApiClient, id: number) {
  return queryOptions({
    queryKey: ['recipient', id],
    queryFn: ({ signal }) => api.get<Recipient>(`/api/recipients/${id}`, signal),
  });
}

export function accountRequestRead(api: ApiClient, requestId: string) {
  return queryOptions({
    queryKey: ['account-request', requestId],
    queryFn: ({ signal }) => api.get<AccountRequest>(`/api/accounts/requests/${requestId}`, signal),
    // Its end is pushed only to who is there: whoever comes back asks again, until it has come.
    staleTime: ({ state }) => (state.data?.status === 'created' ? Number.POSITIVE_INFINITY : 0),
  });
}
