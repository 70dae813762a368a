/**
 * Who is signed in. The access token is in memory only; the refresh token is a cookie that scripts cannot see.
 *
 * - `anonymous`: nobody. `signed-in`: with a token that is renewed well before it ends. `expired`: somebody was, and the
 *   session is over (ended elsewhere, or too old): the pages stay as they are, with what was typed, and ask to sign in again.
 * - A page is one person's: from one name to another it goes only through `anonymous`. When somebody else has signed in under it (in
 *   another tab, or at the form in front of it), it begins anew, and nobody who waits here for a token gets theirs.
 * - One refresh at a time; everybody who needs a token waits for that one.
 * - That somebody has signed in in this browser is remembered (not who, nor any token), so that a first visit does not ask in vain, and
 *   signing out in one tab signs out the others.
 * - With `--auth off` the name alone is the session, kept for this tab.
 */
import type { Clock } from '../../common/clock.js';
import type { Mode, SignedIn } from '../../common/pages/session.js';
import { Problem } from '../api/problem.js';
import type { Request } from '../api/request.js';
import type { Keep } from '../platform/storage.js';
import { createStore, type Readable } from '../platform/store.js';
import type { Timers } from '../platform/timers.js';

export type SessionState =
  | { state: 'anonymous' }
  | { state: 'signed-in'; username: string; access?: string }
  | { state: 'expired'; username: string };

export interface Session extends Readable<SessionState> {
  /** What the gateway said of itself when the pages were opened. */
  readonly mode: Mode;
  signIn(username: string, password: string): Promise<void>;
  register(username: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  /** A fresh token, or nothing if the session is over. Throws `Problem` when the gateway cannot be reached. */
  renew(): Promise<boolean>;
  /** Another tab signed in or out. */
  changedElsewhere(): void;
  /** What a request or the live connection says of itself. */
  credentials(): { access?: string; user?: string };
}

export interface SessionPorts {
  request: Request;
  clock: Clock;
  timers: Timers;
  browser: Keep;
  tab: Keep;
  /** Loads the page again at its address: nothing of this one goes on. */
  beginAnew(): void;
}

export const SIGNED_IN_HERE = 'signed-in';
const DEMO_USER = 'user';
/** Renewed when this share of its life is over. */
const RENEW_AT = 0.8;
const RETRY_MS = 5000;

/** Asks how the gateway works and whether there is a session already. Throws `Problem` when the gateway cannot be reached. */
export async function openSession(ports: SessionPorts): Promise<Session> {
  const mode = (await ports.request('/api/mode')) as Mode;
  const session = createSession(mode, ports);
  if (!mode.auth) session.resumeDemoUser();
  else if (ports.browser.read(SIGNED_IN_HERE) === true) await session.renew();
  return session;
}

function createSession(mode: Mode, ports: SessionPorts) {
  const { request, clock, timers, browser, tab } = ports;
  const store = createStore<SessionState>({ state: 'anonymous' });
  let stopTimer = () => {};
  let refreshing: Promise<boolean> | undefined;
  let signOuts = 0;

  /**
   * Asks for a token and takes it in, unless its person has signed out meanwhile. Never comes back when it is for another person: this
   * page is about to end.
   */
  async function enter(path: string, body: object): Promise<void> {
    const before = signOuts;
    const { username, access, expires_in } = (await request(path, { method: 'POST', body })) as SignedIn;
    if (signOuts !== before) return;
    browser.write(SIGNED_IN_HERE, true);
    if (isAnothers(username)) return handOver();
    store.set({ state: 'signed-in', username, access });
    renewAt(clock.now() + expires_in * 1000 * RENEW_AT);
  }

  const isAnothers = (username: string) => {
    const now = store.get();
    return now.state !== 'anonymous' && now.username !== username;
  };

  const handOver = (): Promise<never> => {
    stopTimer();
    ports.beginAnew();
    return new Promise(() => {});
  };

  const renewAt = (time: number) => {
    stopTimer();
    stopTimer = timers.after(Math.max(0, time - clock.now()), () => {
      renew().catch(() => renewAt(clock.now() + RETRY_MS));
    });
  };

  const ended = () => {
    stopTimer();
    const was = store.get();
    store.set(was.state === 'anonymous' ? was : { state: 'expired', username: was.username });
  };

  const left = () => {
    signOuts += 1;
    stopTimer();
    browser.remove(SIGNED_IN_HERE);
    tab.remove(DEMO_USER);
    store.set({ state: 'anonymous' });
  };

  async function refresh(): Promise<boolean> {
    try {
      await enter('/refresh', {});
      return store.get().state === 'signed-in';
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      browser.remove(SIGNED_IN_HERE);
      ended();
      return false;
    }
  }

  async function renew(): Promise<boolean> {
    if (!mode.auth) return store.get().state === 'signed-in';
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  async function beDemoUser(username: string): Promise<void> {
    tab.write(DEMO_USER, username);
    if (isAnothers(username)) return handOver();
    store.set({ state: 'signed-in', username });
  }

  return {
    mode,
    get: store.get,
    subscribe: store.subscribe,
    renew,
    async signIn(username: string, password: string) {
      if (mode.auth) await enter('/login', { username, password, session: 'cookie' });
      else await beDemoUser(username);
    },
    async register(username: string, password: string) {
      await enter('/register', { username, password, session: 'cookie' });
    },
    async signOut() {
      if (mode.auth) await request('/logout', { method: 'POST', body: {} });
      left();
    },
    changedElsewhere() {
      // Somebody signed in over there, perhaps as another person: the cookie says who.
      if (browser.read(SIGNED_IN_HERE) === true) renew().catch(() => undefined);
      else if (store.get().state === 'signed-in') ended();
    },
    credentials() {
      const now = store.get();
      if (now.state !== 'signed-in') return {};
      return now.access === undefined ? { user: now.username } : { access: now.access };
    },
    resumeDemoUser() {
      const username = tab.read(DEMO_USER);
      if (typeof username === 'string') store.set({ state: 'signed-in', username });
    },
  } satisfies Session & { resumeDemoUser(): void };
}
