import type { FastifyInstance } from 'fastify';
import type {
  Account,
  AccountList,
  AccountRequest,
  AccountRequested,
  AccountSummary,
  CashOrder,
  CashOrdered,
  Recipient,
  StatementPage,
} from '../../common/pages/bank.js';
import type { GatewayContext } from '../http/context.js';
import { commandOf } from '../http/requests.js';
import { CASH_ORDER, ID_PARAMS, REQUEST_PARAMS, STATEMENT_QUERY } from '../http/schemas.js';
import { partOf, type Statement, Statements } from './statement.js';

/** Entries whose balances a list of accounts draws as a small chart. */
const RECENT = 30;
const TAGS = { tags: ['accounts'] };

interface IdParams {
  Params: { id: string };
}

/** `/api/accounts` and `/api/recipients`: the caller's own accounts (common/pages/bank.ts). */
export function accountRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { access, ownership, services, pending } = context;
  const statements = new Statements(services);

  app.get('/api/accounts', { schema: TAGS }, async (request): Promise<AccountList> => {
    const { username } = await access.caller(request);
    const ids = await ownership.accountsOf(username);
    const accounts = await Promise.all(ids.map((id) => statements.last(id, RECENT)));
    return {
      accounts: accounts.map((account) => summaryOf(account, pending.idsFrom(account.id))),
      cursor: ids.length,
    };
  });

  app.post('/api/accounts', { schema: TAGS }, async (request, reply): Promise<AccountRequested> => {
    const { username } = await access.caller(request);
    const command = commandOf(request, username, context);
    const { request_id, status } = await services.command<Omit<AccountRequested, 'correlation'>>(
      'users',
      `/user/${encodeURIComponent(username)}`,
      undefined,
      { caller: username, ...command },
    );
    reply.status(201);
    return { request_id, status, correlation: command.correlation };
  });

  app.get<{ Params: { request_id: string } }>(
    '/api/accounts/requests/:request_id',
    { schema: { ...TAGS, params: REQUEST_PARAMS } },
    async (request): Promise<AccountRequest> => {
      const { username } = await access.caller(request);
      const { request_id } = request.params;
      return services.read<AccountRequest>(
        'users',
        `/user/${encodeURIComponent(username)}/${encodeURIComponent(request_id)}`,
        { caller: username, what: `request ${request_id}` },
      );
    },
  );

  app.get<IdParams>(
    '/api/accounts/:id',
    { schema: { ...TAGS, params: ID_PARAMS } },
    async (request): Promise<Account> => {
      const id = await own(request);
      const { balance, entries } = await statements.last(id, 1);
      return { id, balance, entries, cursor: entries };
    },
  );

  app.get<IdParams & { Querystring: { after?: string; limit?: string; as_of?: string } }>(
    '/api/accounts/:id/statement',
    { schema: { ...TAGS, params: ID_PARAMS, querystring: STATEMENT_QUERY } },
    async (request): Promise<StatementPage> => statements.page(await own(request), partOf(request.query)),
  );

  for (const kind of ['deposit', 'withdrawal'] as const) {
    app.post<IdParams & { Body: CashOrder }>(
      `/api/accounts/:id/${kind}`,
      { schema: { ...TAGS, params: ID_PARAMS, body: CASH_ORDER } },
      async (request, reply): Promise<CashOrdered> => {
        const { username } = await access.caller(request);
        const id = Number(request.params.id);
        await ownership.require(username, id);
        const command = commandOf(request, username, context);
        const { amount } = request.body;
        await services.command(
          'accounts',
          `/account/${id}/${kind}`,
          { amount },
          { caller: username, ...command },
        );
        reply.status(201);
        return { id, status: 'pending', correlation: command.correlation };
      },
    );
  }

  app.get<IdParams>(
    '/api/recipients/:id',
    { schema: { ...TAGS, params: ID_PARAMS } },
    async (request): Promise<Recipient> => {
      const { username } = await access.caller(request);
      const { id } = request.params;
      const found = await services.read<Recipient>('accounts', `/account/${id}`, {
        caller: username,
        what: `account ${id}`,
      });
      // Whose it is, and how much is on it, is nobody else's business.
      return { id: found.id };
    },
  );

  async function own(
    request: { params: { id: string } } & Parameters<typeof access.caller>[0],
  ): Promise<number> {
    const { username } = await access.caller(request);
    const id = Number(request.params.id);
    await ownership.require(username, id);
    return id;
  }
}

function summaryOf(
  { id, balance, entries, statements }: Statement,
  pending: readonly number[],
): AccountSummary {
  return {
    id,
    balance,
    entries,
    last: statements.at(-1) ?? null,
    recent: statements.map((entry) => entry.balance),
    pending,
  };
}
