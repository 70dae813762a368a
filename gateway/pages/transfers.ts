import type { FastifyInstance } from 'fastify';
import type { Transfer, TransferOrder, TransferOrdered, TransferStatus } from '../../common/pages/bank.js';
import type { GatewayContext } from '../http/context.js';
import { commandOf } from '../http/requests.js';
import { ID_PARAMS, TRANSFER_ORDER } from '../http/schemas.js';
import { notThere } from '../problem.js';

const TAGS = { tags: ['transfers'] };
/** What the transactions service calls the fields of an order. */
const NAMES = { fromAccountId: 'from', toAccountId: 'to' };

/** What the transactions service answers to `GET /transaction/{id}`. */
interface Transaction {
  readonly id: number;
  readonly fromAccountId: number;
  readonly toAccountId: number;
  readonly amount: number;
  readonly note?: string;
  readonly status: TransferStatus;
  readonly reason?: string;
}

/** `/api/transfers`: orders from the caller's own accounts, and what became of them (common/pages/bank.ts). */
export function transferRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { access, ownership, services, pending } = context;

  app.post<{ Body: TransferOrder }>(
    '/api/transfers',
    { schema: { ...TAGS, body: TRANSFER_ORDER } },
    async (request, reply): Promise<TransferOrdered> => {
      const { username } = await access.caller(request);
      const { from, to, amount, note } = request.body;
      await ownership.require(username, from);
      const command = commandOf(request, username, context);
      const { transactionId: id } = await services.command<{ transactionId: number }>(
        'transactions',
        '/createTransaction',
        { fromAccountId: from, toAccountId: to, amount, ...(note !== undefined && { note }) },
        { caller: username, names: NAMES, ...command },
      );
      pending.ordered(id, from);
      reply.status(201);
      return { transaction_id: id, status: 'pending', correlation: command.correlation };
    },
  );

  app.get<{ Params: { id: string } }>(
    '/api/transfers/:id',
    { schema: { ...TAGS, params: ID_PARAMS } },
    async (request): Promise<Transfer> => {
      const { username } = await access.caller(request);
      const what = `transfer ${request.params.id}`;
      const found = await services.read<Transaction>('transactions', `/transaction/${request.params.id}`, {
        caller: username,
        what,
      });
      const { fromAccountId: from, toAccountId: to, ...rest } = found;
      if (!(await ownership.owns(username, from)) && !(await ownership.owns(username, to)))
        throw notThere(what);
      return { ...rest, from, to };
    },
  );
}
