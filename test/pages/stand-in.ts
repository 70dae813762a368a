/**
 * A gateway for checks of the pages alone: the built files under the strictest content security policy, the pages' API over a bank
 * in memory, and switches for what the real system shows rarely: answers that do not come, errors, cut connections, sessions
 * that end. Speaks the contract of common/pages/ and nothing else.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { TransferOrder } from '../../common/pages/bank.js';
import type { Mode } from '../../common/pages/session.js';
import { StandInBank } from './stand-in-bank.js';
import { StandInLive } from './stand-in-live.js';

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What a fault does to a request: an answer in place of the real one, or silence for ever. */
export type Fault = (method: string, path: string, query: URLSearchParams) => Answer | 'silence' | undefined;

interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  key: string | undefined;
  cookie: string | undefined;
  username: string | undefined;
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export class StandInGateway {
  readonly live = new StandInLive((access) => this.#access.get(access));
  readonly bank = new StandInBank((...told) => this.live.tell(...told));
  mode: Mode = { auth: true, demonstration: false, version: '0.0.0' };
  fault: Fault = () => undefined;
  /** seconds that an access token is good for */
  accessLasts = 300;
  /** requests that were answered, newest last: `GET /api/accounts` */
  readonly asked: string[] = [];
  readonly #access = new Map<string, string>();
  readonly #sessions = new Map<string, string>();
  readonly #files: string;
  readonly #server: Server;

  constructor(files: string) {
    this.#files = files;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.live.upgrade(request, socket, head));
    this.live.history = (topic, after, username) => this.#history(topic, after, username);
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.live.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** Every session is over, as after a sign-out elsewhere; tokens that are out end too. */
  endSessions(): void {
    this.#sessions.clear();
    this.endAccess();
  }

  endAccess(): void {
    this.#access.clear();
    this.live.expire();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://stand-in');
    const method = request.method!;
    const fault = this.fault(method, url.pathname, url.searchParams);
    if (fault === 'silence') return;
    const isFile = method === 'GET' && !/^\/(api|refresh)(\/|$)/.test(url.pathname);
    if (fault === undefined && isFile) return this.#file(url.pathname, response);
    const answer = fault ?? this.#answer(await this.#call(request, url));
    this.asked.push(`${method} ${url.pathname}`);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  async #call(request: IncomingMessage, url: URL): Promise<Call> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const access = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    return {
      method: request.method!,
      path: url.pathname,
      query: url.searchParams,
      body: text === '' ? {} : JSON.parse(text),
      key: request.headers['idempotency-key'] as string | undefined,
      cookie: /(?:^|; )refresh=([^;]+)/.exec(request.headers.cookie ?? '')?.[1],
      username: this.mode.auth
        ? this.#access.get(access ?? '')
        : (request.headers['x-user'] as string | undefined),
    };
  }

  #answer(call: Call): Answer {
    const open = this.#openToAll(call);
    if (open) return open;
    if (call.username === undefined) return problem(401, 'unauthorized', 'sign in');
    if (call.key === undefined) return this.#asCaller(call, call.username);
    const before = this.bank.commands.get(call.key);
    const answer = before ?? this.#asCaller(call, call.username);
    if (answer.status < 500) this.bank.commands.set(call.key, { status: answer.status, body: answer.body });
    return answer;
  }

  #openToAll({ method, path, body, cookie }: Call): Answer | undefined {
    const { username = '', password } = body as { username?: string; password?: string };
    const user = this.bank.users.get(username);
    switch (`${method} ${path}`) {
      case 'GET /api/mode':
        return { status: 200, body: this.mode };
      case 'POST /register':
        if (user) return problem(400, 'refused', `the name ${username} is taken`, 'username');
        this.bank.user(username, { password: password! });
        return this.#signedIn(username, 201);
      case 'POST /login':
        if (!user || user.password !== password)
          return problem(401, 'wrong_credentials', 'wrong name or password');
        return this.#signedIn(username, 200);
      case 'POST /refresh': {
        const owner = this.#sessions.get(cookie ?? '');
        if (owner === undefined) return problem(401, 'unauthorized', 'sign in');
        return { status: 200, body: this.#token(owner) };
      }
      case 'POST /logout':
        this.#sessions.delete(cookie ?? '');
        return { status: 204, headers: { 'set-cookie': 'refresh=; Path=/; Max-Age=0' } };
      default:
        return undefined;
    }
  }

  #asCaller(call: Call, username: string): Answer {
    const { method, path, query, body } = call;
    const user = this.bank.users.get(username) ?? this.bank.user(username);
    const [, , area, id, what] = path.split('/');
    const account = area === 'accounts' && user.accounts.includes(Number(id)) ? Number(id) : undefined;
    switch (
      `${method} ${area}${account === undefined ? '' : '/id'}${account === undefined ? '' : `/${what ?? ''}`}`
    ) {
      case 'GET me':
        return { status: 200, body: { username, operator: user.operator } };
      case 'GET accounts':
        if (id !== undefined) break;
        return { status: 200, body: this.bank.list(username) };
      case 'POST accounts': {
        const requestId = randomUUID();
        if (this.bank.opens) setImmediate(() => this.bank.open(username, requestId));
        return created({ request_id: requestId });
      }
      case 'GET accounts/id/statement': {
        const asOf = query.get('as_of');
        const until = asOf === null ? undefined : Date.parse(asOf) / 1000;
        const [after, limit] = [Number(query.get('after') ?? 0), Number(query.get('limit') ?? 100)];
        return { status: 200, body: this.bank.statement(account!, after, limit, until) };
      }
      case 'POST accounts/id/deposit':
        this.bank.book(account!, Number(body.amount), `Deposit to ${account}`);
        return created({ id: account });
      case 'POST accounts/id/withdrawal':
        if (this.bank.balance(account!) < Number(body.amount))
          return problem(400, 'refused', 'not enough funds', 'amount');
        this.bank.book(account!, -Number(body.amount), `Withdrawal from ${account}`);
        return created({ id: account });
      case 'GET recipients':
        if (!this.bank.statements.has(Number(id))) break;
        return { status: 200, body: { id: Number(id) } };
      case 'POST transfers':
        return created({ transaction_id: this.bank.send(body as unknown as TransferOrder).id });
      case 'GET transfers':
        if (!this.bank.transfers.has(Number(id))) break;
        return { status: 200, body: this.bank.transfers.get(Number(id)) };
    }
    return problem(404, 'not_found', 'there is no such thing');
  }

  #signedIn(username: string, status: number): Answer {
    const session = randomUUID();
    this.#sessions.set(session, username);
    const cookie = `refresh=${session}; Path=/; HttpOnly; SameSite=Strict`;
    return { status, body: this.#token(username), headers: { 'set-cookie': cookie } };
  }

  #token(username: string) {
    const access = randomUUID();
    this.#access.set(access, username);
    return { username, access, expires_in: this.accessLasts };
  }

  #history(topic: string, after: number, username: string): { cursor: number; data: unknown }[] {
    const [kind, id] = topic.split(':');
    if (kind === 'account')
      return (this.bank.statements.get(Number(id)) ?? [])
        .filter(({ seq }) => seq > after)
        .map((entry) => ({ cursor: entry.seq, data: entry }));
    if (kind === 'user')
      return (this.bank.users.get(username)?.accounts ?? [])
        .map((account, index) => ({ cursor: index + 1, data: { request_id: '', account_id: account } }))
        .filter(({ cursor }) => cursor > after);
    const transfer = this.bank.transfers.get(Number(id));
    if (!transfer || transfer.status === 'pending' || after >= 1) return [];
    const { status, reason } = transfer;
    return [{ cursor: 1, data: { id: transfer.id, status, ...(reason && { reason }) } }];
  }

  #file(path: string, response: ServerResponse): void {
    const wanted = join(this.#files, normalize(path));
    const found = extname(path) !== '' && existsSync(wanted) ? wanted : join(this.#files, 'index.html');
    response.writeHead(200, {
      'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(readFileSync(found));
  }
}

export function problem(status: number, code: string, error: string, field?: string): Answer {
  return { status, body: { error, code, ...(field !== undefined && { field }) } };
}

function created(body: object): Answer {
  return { status: 201, body: { ...body, status: 'pending', correlation: randomUUID() } };
}
