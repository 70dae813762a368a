import type { IncomingHttpHeaders } from 'node:http';
import { USER_NAME } from '../../common/user-name.js';
import { Problem } from '../problem.js';
import type { Tokens } from './tokens.js';

/** Who asks. */
export interface Caller {
  readonly username: string;
  readonly operator: boolean;
  /** Unix milliseconds; undefined where nobody signs in */
  readonly expiresAt: number | undefined;
}

/** What a request says about who makes it. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  readonly query: unknown;
}

/** Decides who asks, and which of them is an operator. */
export interface Access {
  /** false: nobody signs in, and everybody is who they say they are */
  readonly auth: boolean;
  /** @throws Problem unauthorized if the request says nothing of it, or nothing that can be believed */
  caller(asking: Asking): Promise<Caller>;
  /** The same from a `hello` of a socket. */
  hello(said: { readonly access?: unknown; readonly user?: unknown }): Promise<Caller>;
}

/** By access token: `Authorization: Bearer …` or the header `access`. */
export function signedIn(tokens: Tokens, operators: ReadonlySet<string>): Access {
  const callerOf = async (token: unknown): Promise<Caller> => {
    if (typeof token !== 'string' || token === '')
      throw new Problem('unauthorized', 'This needs an access token: sign in first.');
    const { username, expiresAt } = await tokens.verify(token);
    return { username, operator: operators.has(username), expiresAt };
  };
  return {
    auth: true,
    caller: ({ headers }) => callerOf(tokenIn(headers)),
    hello: ({ access }) => callerOf(access),
  };
}

/** For closed demonstrations: whoever the header or the parameter `x-user` names; everybody is an operator. */
export function unchecked(): Access {
  const callerOf = async (name: unknown): Promise<Caller> => {
    if (typeof name !== 'string' || !USER_NAME.test(name))
      throw new Problem('unauthorized', 'The header x-user must name the user.');
    return { username: name, operator: true, expiresAt: undefined };
  };
  return {
    auth: false,
    caller: ({ headers, query }) =>
      callerOf(headers['x-user'] ?? (query as { 'x-user'?: unknown } | undefined)?.['x-user']),
    hello: ({ user }) => callerOf(user),
  };
}

function tokenIn({ authorization, access }: IncomingHttpHeaders): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return bearer ?? (typeof access === 'string' ? access : undefined);
}
