import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../api/problem.js';
import type { Request } from '../api/request.js';
import type { Keep } from '../platform/storage.js';
import { openSession, SIGNED_IN_HERE } from './session.js';

function memory(initial: Record<string, unknown> = {}): Keep & { kept: Map<string, unknown> } {
  const kept = new Map(Object.entries(initial));
  return {
    kept,
    read: (name) => kept.get(name),
    write: (name, value) => kept.set(name, value),
    remove: (name) => kept.delete(name),
  };
}

interface SetUp {
  auth?: boolean;
  /** somebody has signed in in this browser before */
  here?: boolean;
  /** and that session is still good */
  session?: boolean;
}

/** A gateway that takes one password, and knows one session while `session` is set. */
async function setUp({ auth = true, here = false, session = here }: SetUp = {}) {
  const gateway = {
    session,
    username: 'ada',
    reachable: true,
    calls: [] as string[],
    issued: 0,
    held: Promise.resolve(),
  };
  const page = { begunAnew: 0 };
  const timers: { ms: number; callback: () => void }[] = [];
  const token = () => {
    gateway.issued += 1;
    return { username: gateway.username, access: `a${gateway.issued}`, expires_in: 300 };
  };
  const request: Request = async (path, options) => {
    gateway.calls.push(path);
    if (!gateway.reachable) throw new Problem({ status: 0, code: 'unreachable', message: 'no answer' });
    if (path === '/api/mode') return { auth, demonstration: false, version: '1' };
    if (path === '/logout') return undefined;
    const { password } = (options?.body ?? {}) as { password?: string };
    if (path === '/refresh' ? gateway.session : password === 'right') {
      const issued = token();
      if (path === '/refresh') await gateway.held;
      return issued;
    }
    throw new Problem({ status: 401, code: 'unauthorized', message: 'no' });
  };
  const browser = memory(here ? { [SIGNED_IN_HERE]: true } : {});
  const tab = memory();
  const opened = await openSession({
    request,
    clock: { now: () => 0 },
    timers: {
      after(ms, callback) {
        const timer = { ms, callback };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    browser,
    tab,
    beginAnew() {
      page.begunAnew += 1;
    },
  });
  return { session: opened, gateway, timers, browser, tab, page };
}

describe('the session', () => {
  it('asks for a token at the start only where somebody had signed in', async () => {
    const first = await setUp();
    expect(first.gateway.calls).toEqual(['/api/mode']);
    expect(first.session.get()).toEqual({ state: 'anonymous' });
    const back = await setUp({ here: true });
    expect(back.gateway.calls).toEqual(['/api/mode', '/refresh']);
    expect(back.session.get()).toEqual({ state: 'signed-in', username: 'ada', access: 'a1' });
  });

  it('begins anew when the session of this browser is gone', async () => {
    const { session, browser } = await setUp({ here: true, session: false });
    expect(session.get()).toEqual({ state: 'anonymous' });
    expect(browser.kept.has(SIGNED_IN_HERE)).toBe(false);
  });

  it('keeps no token anywhere but in memory', async () => {
    const { session, browser, tab } = await setUp();
    await session.signIn('ada', 'right');
    expect(session.credentials()).toEqual({ access: 'a1' });
    expect([...browser.kept]).toEqual([[SIGNED_IN_HERE, true]]);
    expect([...tab.kept]).toEqual([]);
  });

  it('renews the token well before it runs out, again and again', async () => {
    const { session, timers, gateway } = await setUp();
    await session.signIn('ada', 'right');
    gateway.session = true;
    expect(timers.map(({ ms }) => ms)).toEqual([240_000]);
    timers[0]!.callback();
    await expect.poll(() => session.credentials()).toEqual({ access: 'a2' });
    expect(timers.map(({ ms }) => ms)).toEqual([240_000]);
  });

  it('renews once for all who ask at the same time', async () => {
    const { session, gateway } = await setUp({ here: true });
    await Promise.all([session.renew(), session.renew(), session.renew()]);
    expect(gateway.calls.filter((path) => path === '/refresh')).toHaveLength(2);
  });

  it('stays signed in while the gateway is away, and tries again', async () => {
    const { session, gateway, timers } = await setUp({ here: true });
    gateway.reachable = false;
    timers[0]!.callback();
    await expect.poll(() => timers.map(({ ms }) => ms)).toContain(5000);
    expect(session.get()).toMatchObject({ state: 'signed-in', access: 'a1' });
  });

  it('is expired, not gone, when it ends behind our back: the pages stay', async () => {
    const { session, gateway } = await setUp({ here: true });
    gateway.session = false;
    expect(await session.renew()).toBe(false);
    expect(session.get()).toEqual({ state: 'expired', username: 'ada' });
    await session.signIn('ada', 'right');
    expect(session.get()).toMatchObject({ state: 'signed-in' });
  });

  it('ends here when it is ended in another tab, and begins here when it begins there', async () => {
    const { session, browser, gateway } = await setUp({ here: true });
    browser.remove(SIGNED_IN_HERE);
    session.changedElsewhere();
    expect(session.get()).toEqual({ state: 'expired', username: 'ada' });
    browser.write(SIGNED_IN_HERE, true);
    gateway.session = true;
    session.changedElsewhere();
    await expect.poll(() => session.get().state).toBe('signed-in');
  });

  it('begins the page anew when its renewal finds another person, and gives nobody here a token of theirs', async () => {
    const { session, gateway, timers, page } = await setUp({ here: true });
    gateway.username = 'bob';
    const waited = vi.fn();
    session.renew().then(waited, waited);
    await expect.poll(() => page.begunAnew).toBe(1);
    // Whatever was to follow from it has followed.
    await new Promise(setImmediate);
    expect(session.get()).toMatchObject({ state: 'signed-in', username: 'ada' });
    expect(session.credentials()).toEqual({ access: 'a1' });
    expect(waited).not.toHaveBeenCalled();
    expect(timers).toEqual([]);
  });

  it('begins the page anew when another person signs in on it, after it has expired', async () => {
    const { session, gateway, browser, page } = await setUp({ here: true });
    gateway.session = false;
    await session.renew();
    gateway.username = 'bob';
    void session.signIn('bob', 'right');
    await expect.poll(() => page.begunAnew).toBe(1);
    expect(session.get()).toEqual({ state: 'expired', username: 'ada' });
    expect(browser.kept.get(SIGNED_IN_HERE)).toBe(true);
  });

  it('asks who it is when somebody has signed out and in elsewhere before it heard of either', async () => {
    const { session, gateway, page } = await setUp({ here: true });
    gateway.username = 'bob';
    session.changedElsewhere();
    await expect.poll(() => page.begunAnew).toBe(1);
  });

  it('is for the next person without beginning anew when the one before has signed out', async () => {
    const { session, gateway, page } = await setUp({ here: true });
    await session.signOut();
    gateway.username = 'bob';
    await session.signIn('bob', 'right');
    expect(session.get()).toMatchObject({ state: 'signed-in', username: 'bob' });
    expect(page.begunAnew).toBe(0);
  });

  it('leaves nothing of the person behind when they sign out', async () => {
    const { session, browser, timers } = await setUp({ here: true });
    await session.signOut();
    expect(session.get()).toEqual({ state: 'anonymous' });
    expect([...browser.kept]).toEqual([]);
    expect(timers).toEqual([]);
  });

  it('is over after the sign-out, also when a renewal that was under way is answered then', async () => {
    const { session, gateway, browser } = await setUp({ here: true });
    let answer = () => {};
    gateway.held = new Promise((resolve) => {
      answer = resolve;
    });
    const renewal = session.renew();
    await session.signOut();
    answer();
    expect(await renewal).toBe(false);
    expect(session.get()).toEqual({ state: 'anonymous' });
    expect([...browser.kept]).toEqual([]);
  });

  it('is a name for this tab where sign-in is switched off', async () => {
    const { session, tab } = await setUp({ auth: false });
    await session.signIn('ada', '');
    expect(session.credentials()).toEqual({ user: 'ada' });
    expect([...tab.kept]).toEqual([['user', 'ada']]);
  });

  it('begins the page anew for another name where sign-in is switched off', async () => {
    const { session, tab, page } = await setUp({ auth: false });
    await session.signIn('ada', '');
    void session.signIn('bob', '');
    expect(page.begunAnew).toBe(1);
    expect(session.credentials()).toEqual({ user: 'ada' });
    expect([...tab.kept]).toEqual([['user', 'bob']]);
  });
});
