import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { StatementEntry } from '../../common/pages/bank.js';
import { USER_NAME } from '../../common/user-name.js';
import type { GatewayContext } from '../http/context.js';
import { commandOf } from '../http/requests.js';
import { INIT_QUERY, OLD_DEPOSIT, OLD_TRANSFER, OLD_WITHDRAWAL } from '../http/schemas.js';
import { Statements } from '../pages/statement.js';
import { notThere } from '../problem.js';
import type { FieldNames } from '../services/answers.js';

/** Numbers of accounts come as numbers, or as their text. */
type OldId = number | string;

/** Answer of `GET /init`. */
interface Initial {
  readonly user_name: string;
  readonly accounts: readonly {
    readonly details: { readonly id: number; readonly balance: number };
    readonly statement: readonly StatementEntry[];
  }[];
}

const TAGS = { tags: ['bank'] };

/**
 * The bank in the shapes of the first generation: `GET /init`, `POST /transaction/send|deposit|withdrawal`. Where people sign in,
 * a caller reaches only what is theirs; where they do not, everything.
 */
export function bankRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { access, ownership, services, pending } = context;
  const statements = new Statements(services);

  app.get<{ Querystring: { user_name: string } }>(
    '/init',
    { schema: { ...TAGS, querystring: INIT_QUERY } },
    async (request): Promise<Initial> => {
      const { user_name } = request.query;
      const caller = await callerOf(request);
      const mayBe = caller === undefined ? USER_NAME.test(user_name) : caller === user_name;
      if (!mayBe) throw notThere(`user ${user_name}`);
      const ids = await ownership.accountsOf(user_name);
      const accounts = await Promise.all(ids.map((id) => statements.whole(id)));
      return {
        user_name,
        accounts: accounts.map(({ id, balance, statements: statement }) => ({
          details: { id, balance },
          statement,
        })),
      };
    },
  );

  app.post<{ Body: { from_account_id: OldId; to_account_id: OldId; amount: number; note?: string } }>(
    '/transaction/send',
    { schema: { ...TAGS, body: OLD_TRANSFER } },
    async (request, reply) => {
      const { from_account_id: from, to_account_id: to, amount, note } = request.body;
      const { transactionId: id } = await ordered<{ transactionId: number }>(
        request,
        from,
        'transactions',
        '/createTransaction',
        {
          fromAccountId: Number(from),
          toAccountId: Number(to),
          amount,
          ...(note !== undefined && { note }),
        },
        { fromAccountId: 'from_account_id', toAccountId: 'to_account_id' },
      );
      pending.ordered(id, Number(from));
      return reply.status(201).send({ status: 'pending', transaction_id: id });
    },
  );

  app.post<{ Body: { toAccount: OldId; amount: number } }>(
    '/transaction/deposit',
    { schema: { ...TAGS, body: OLD_DEPOSIT } },
    async (request, reply) => {
      const { toAccount: id, amount } = request.body;
      return reply
        .status(201)
        .send(await ordered(request, id, 'accounts', `/account/${id}/deposit`, { amount }));
    },
  );

  app.post<{ Body: { fromAccount: OldId; amount: number } }>(
    '/transaction/withdrawal',
    { schema: { ...TAGS, body: OLD_WITHDRAWAL } },
    async (request, reply) => {
      const { fromAccount: id, amount } = request.body;
      return reply
        .status(201)
        .send(await ordered(request, id, 'accounts', `/account/${id}/withdrawal`, { amount }));
    },
  );

  /** Sends a command that takes from, or brings to, one account of the caller's. */
  async function ordered<Body>(
    request: FastifyRequest,
    account: OldId,
    clientType: string,
    path: string,
    body: { readonly [name: string]: string | number },
    names: FieldNames = {},
  ): Promise<Body> {
    const caller = await callerOf(request);
    if (caller !== undefined) await ownership.require(caller, Number(account));
    return services.command<Body>(
      clientType,
      path,
      { ...body },
      {
        caller,
        names,
        ...commandOf(request, caller, context),
      },
    );
  }

  /** Undefined where nobody signs in: a client of the first generation does not say who it is. */
  async function callerOf(request: FastifyRequest): Promise<string | undefined> {
    return access.auth ? (await access.caller(request)).username : undefined;
  }
}
