/**
 * A bank in memory that speaks what the services speak: `users`, `accounts` and `transactions` with their routes and their
 * `WS /updates`. Any number of instances share the one state, as real ones do. For tests that need to break a service exactly so.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json } from '../../common/protocol/messages.js';
import type { Found } from '../discovery/instance.js';

interface Entry {
  seq: number;
  timestamp: number;
  amount: number;
  note: string;
  balance: number;
}

type Answer = readonly [status: number, body?: object];
/** The fields that any request has; a test sends those that belong to it. */
interface Body {
  readonly username: string;
  readonly password: string;
  readonly refresh: string;
  readonly amount: number;
  readonly fromAccountId: number;
  readonly toAccountId: number;
}

/** What an instance was asked. */
export interface Heard {
  readonly instance: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json | undefined;
}

export interface StandInInstance extends Found {
  /** Pushes an update to whoever watches here. */
  push(topic: string, cursor: number, data: object): void;
  /** Cuts every connection and listens no more. */
  kill(): Promise<void>;
  /** Cuts the sockets, and goes on. */
  cutSockets(): void;
  /** What it answers instead of its own, once set. */
  instead: ((heard: Heard) => Answer | 'never' | 'cut' | undefined) | undefined;
}

export class StandInBank {
  readonly heard: Heard[] = [];
  /** topics, each time one is subscribed at an instance */
  readonly subscribed: string[] = [];
  readonly users = new Map<string, { password: string; accounts: number[] }>();
  readonly statements = new Map<number, Entry[]>();
  readonly transfers: { from: number; to: number; amount: number; status: string }[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #ended = new Set<string>();
  readonly #instances: StandInInstance[] = [];
  #key: { privateKey: CryptoKey; jwk: JWK } | undefined;
  /** now, Unix seconds */
  time = 1_700_000_000;

  async instance(clientType: string, port = 0): Promise<StandInInstance> {
    const instance = await listen(this, clientType, port);
    this.#instances.push(instance);
    return instance;
  }

  async close(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.kill()));
  }

  /** A user with accounts that hold 1000 each. */
  user(username: string, accounts: readonly number[] = []): void {
    this.users.set(username, { password: `${username}’s`, accounts: [...accounts] });
    for (const id of accounts) {
      this.statements.set(id, []);
      this.book(id, 1000, 'Deposit');
    }
  }

  book(id: number, amount: number, note: string): Entry {
    const entries = this.statements.get(id)!;
    const balance = (entries.at(-1)?.balance ?? 0) + amount;
    const entry = { seq: entries.length + 1, timestamp: this.time, amount, note, balance };
    entries.push(entry);
    return entry;
  }

  /** What has happened on a topic after a cursor; undefined if that cannot be told. */
  after(topic: string, after: number): { cursor: number; data: object }[] | undefined {
    const [, kind, name] = /^(account|user|transaction):(.+)$/.exec(topic) ?? [];
    if (kind === 'account')
      return this.statements
        .get(Number(name))
        ?.slice(Math.max(0, after))
        .map((data) => ({ cursor: data.seq, data }));
    if (kind === 'user')
      return this.users
        .get(name!)
        ?.accounts.slice(Math.max(0, after))
        .map((id, n) => ({
          cursor: Math.max(0, after) + n + 1,
          data: { request_id: `r${id}`, account_id: id },
        }));
    const transfer = this.transfers[Number(name) - 1];
    if (transfer === undefined || transfer.status === 'pending' || after >= 1) return [];
    return [{ cursor: 1, data: { id: Number(name), status: transfer.status } }];
  }

  async answer(heard: Heard): Promise<Answer> {
    const key = heard.headers['idempotency-key'];
    if (typeof key !== 'string') return this.#route(heard);
    const kept = this.#answers.get(key);
    if (kept !== undefined) return kept;
    const fresh = await this.#route(heard);
    this.#answers.set(key, fresh);
    return fresh;
  }

  async token(
    audience: string,
    sub: string,
    { expires = 4_000_000_000, key }: { expires?: number; key?: CryptoKey } = {},
  ): Promise<string> {
    const own = await this.#keys();
    return new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1' })
      .setIssuer('autokrator')
      .setAudience(audience)
      .setSubject(sub)
      .setIssuedAt(1)
      .setJti(`${this.heard.length}`)
      .setExpirationTime(expires)
      .sign(key ?? own.privateKey);
  }

  async #keys(): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
    if (this.#key === undefined) {
      const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
      this.#key = { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' } };
    }
    return this.#key;
  }

  async #route({ method, url, body }: Heard): Promise<Answer> {
    const { pathname, searchParams } = new URL(url, 'http://bank');
    const [, first, second, third] = pathname.split('/');
    const fields = (body ?? {}) as unknown as Body;
    switch (`${method} /${first}`) {
      case 'GET /.well-known':
        return [200, { keys: [(await this.#keys()).jwk] }];
      case 'POST /login':
        return this.#login(fields);
      case 'POST /refresh':
      case 'POST /logout':
        return this.#session(first!, fields);
      case 'POST /user':
        return second === undefined ? this.#register(fields) : this.#open(second);
      case 'GET /user':
        return this.#user(second!, third);
      case 'GET /account':
        return this.#account(Number(second), third, searchParams);
      case 'POST /account':
        return this.#cash(Number(second), third!, fields);
      case 'POST /createTransaction':
        return this.#transfer(fields);
      case 'GET /transaction':
        return this.#verdict(Number(second));
    }
    return [404, { error: 'not_found', message: 'There is no such route.' }];
  }

  async #login({ username, password }: Body): Promise<Answer> {
    if (this.users.get(username)?.password !== password) return [401, { error: 'wrong' }];
    return [
      200,
      { access: await this.token('access', username), refresh: await this.token('refresh', username) },
    ];
  }

  async #session(what: string, { refresh }: Body): Promise<Answer> {
    const claims = JSON.parse(String(Buffer.from(String(refresh).split('.')[1] ?? 'e30', 'base64url')));
    if (claims.aud !== 'refresh' || this.#ended.has(refresh)) return [401, { error: 'no' }];
    if (what === 'refresh') return [200, { access: await this.token('access', claims.sub) }];
    this.#ended.add(refresh);
    return [204];
  }

  #register({ username, password }: Body): Answer {
    if (this.users.has(username))
      return [400, { status: 'failed', error: `the name ${username} is taken`, field: 'username' }];
    this.users.set(username, { password, accounts: [] });
    return [200, { status: 'created' }];
  }

  #open(username: string): Answer {
    const id = this.statements.size + 1;
    this.statements.set(id, []);
    this.users.get(username)?.accounts.push(id);
    return [201, { status: 'pending', request_id: `r${id}` }];
  }

  #user(username: string, request: string | undefined): Answer {
    const user = this.users.get(decodeURIComponent(username));
    if (user === undefined) return [404, { status: 'unknown' }];
    if (request === undefined) return [200, { accounts: user.accounts }];
    return [200, { status: 'created', account_id: Number(request.slice(1)) }];
  }

  #account(id: number, part: string | undefined, query: URLSearchParams): Answer {
    const entries = this.statements.get(id);
    if (entries === undefined) return [404, { error: `there is no account ${id}` }];
    const balance = entries.at(-1)?.balance ?? 0;
    if (part === undefined) return [200, { id, balance }];
    const last = query.get('last');
    const after =
      last === null ? Number(query.get('after') ?? 0) : Math.max(0, entries.length - Number(last));
    const limit = Number(query.get('limit') ?? entries.length);
    const statements = entries.slice(after, after + limit);
    return [200, { id, balance, entries: entries.length, statements }];
  }

  #cash(id: number, kind: string, { amount }: Body): Answer {
    const sign = kind === 'deposit' ? 1 : -1;
    const balance = this.statements.get(id)?.at(-1)?.balance ?? 0;
    if (!this.statements.has(id)) return [404, { error: `there is no account ${id}` }];
    if (balance + sign * amount < 0) return [400, { error: 'not enough funds', field: 'amount' }];
    const data = this.book(id, sign * amount, kind);
    this.#instances
      .find(({ clientType }) => clientType === 'accounts')
      ?.push(`account:${id}`, data.seq, data);
    return [201, { id, status: 'pending' }];
  }

  #transfer({ fromAccountId: from, toAccountId: to, amount }: Body): Answer {
    if (from === to)
      return [400, { error: 'toAccountId must be another account than fromAccountId', field: 'toAccountId' }];
    this.transfers.push({ from, to, amount, status: 'pending' });
    return [201, { transactionId: this.transfers.length }];
  }

  #verdict(id: number): Answer {
    const transfer = this.transfers[id - 1];
    if (transfer === undefined) return [404, { error: `there is no transaction ${id}` }];
    const { from: fromAccountId, to: toAccountId, amount, status } = transfer;
    return [200, { id, fromAccountId, toAccountId, amount, status }];
  }
}

async function listen(bank: StandInBank, clientType: string, port: number): Promise<StandInInstance> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => void serve(request, response));
  server.on('upgrade', (request, connection, head) =>
    sockets.handleUpgrade(request, connection, head, (socket) => watch(bank, socket)),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const instance: StandInInstance = {
    clientType,
    url,
    routes: [],
    instead: undefined,
    push(topic, cursor, data) {
      for (const socket of sockets.clients)
        if (watched.get(socket)?.has(topic))
          socket.send(JSON.stringify({ message_type: 'update', topic, cursor, data }));
    },
    cutSockets() {
      for (const socket of sockets.clients) socket.terminate();
    },
    async kill() {
      for (const socket of sockets.clients) socket.terminate();
      await closed(server);
    },
  };
  return instance;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = '', url: path = '', headers } = request;
    const heard = {
      instance: url,
      method,
      url: path,
      headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    if (path !== '/health_check') bank.heard.push(heard);
    const answer = instance.instead?.(heard) ?? (path === '/health_check' ? [200] : await bank.answer(heard));
    if (answer === 'never') return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const [status, body] = answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }
}

const watched = new WeakMap<WebSocket, Set<string>>();

function watch(bank: StandInBank, socket: WebSocket): void {
  const topics = new Set<string>();
  watched.set(socket, topics);
  socket.on('message', (frame) => {
    const { message_type: type, topic, after } = JSON.parse(String(frame));
    if (type === 'unsubscribe') {
      topics.delete(topic);
      return;
    }
    topics.add(topic);
    bank.subscribed.push(topic);
    const missed = bank.after(topic, after);
    socket.send(JSON.stringify({ message_type: 'subscribed', topic, resumed: missed !== undefined }));
    for (const update of missed ?? [])
      socket.send(JSON.stringify({ message_type: 'update', topic, ...update }));
  });
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
