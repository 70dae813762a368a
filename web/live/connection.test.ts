import { describe, expect, it } from 'vitest';
import type { LiveRequest, LiveTopic } from '../../common/pages/live.js';
import { seededRandom } from '../../common/random.js';
import { createStore } from '../platform/store.js';
import type { SessionState } from '../session/session.js';
import { type LiveSocket, openLiveConnection } from './connection.js';

type Said = LiveRequest & { topic?: string; after?: number; access?: string };

class FakeSocket implements LiveSocket {
  readonly said: Said[] = [];
  closed = false;
  onopen: LiveSocket['onopen'] = null;
  onmessage: LiveSocket['onmessage'] = null;
  onclose: LiveSocket['onclose'] = null;
  send(text: string) {
    this.said.push(JSON.parse(text) as Said);
  }
  close() {
    this.closed = true;
  }
  says(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent);
  }
  /** Opened and taken in. */
  welcome() {
    this.onopen?.({} as Event);
    this.says({ type: 'ready' });
  }
  /** Cut off by the other side. */
  cut(code = 1006) {
    this.onclose?.({ code } as CloseEvent);
  }
  asked(type: string) {
    return this.said.filter((frame) => frame.type === type);
  }
}

function setUp() {
  const sockets: FakeSocket[] = [];
  const waiting = new Set<{ at: number; callback: () => void }>();
  const session = createStore<SessionState>({ state: 'signed-in', username: 'ada', access: 'a1' });
  const network = createStore(true);
  let now = 1_000_000;
  let renewals = 0;
  const live = openLiveConnection({
    session: {
      get: session.get,
      subscribe: session.subscribe,
      credentials: () => {
        const state = session.get();
        return state.state === 'signed-in' && state.access !== undefined ? { access: state.access } : {};
      },
      async renew() {
        renewals += 1;
        session.set({ state: 'signed-in', username: 'ada', access: `a${renewals + 1}` });
        return true;
      },
    },
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    network,
    clock: { now: () => now },
    timers: {
      after(ms, callback) {
        const timer = { at: now + ms, callback };
        waiting.add(timer);
        return () => waiting.delete(timer);
      },
    },
    random: seededRandom(7),
  });
  return {
    live,
    sockets,
    session,
    network,
    waiting,
    last: () => sockets.at(-1)!,
    /** Lets the next timer come due. */
    wait() {
      const next = [...waiting].sort((a, b) => a.at - b.at)[0]!;
      waiting.delete(next);
      now = next.at;
      next.callback();
    },
  };
}

const update = (topic: LiveTopic, cursor: number) => ({
  type: 'update',
  topic,
  cursor,
  data: { seq: cursor },
});

describe('the live connection', () => {
  it('introduces itself, and asks for topics only when it is taken in', () => {
    const { live, last } = setUp();
    live.follow('account:1', 3, () => undefined);
    last().onopen?.({} as Event);
    expect(last().said).toEqual([{ type: 'hello', access: 'a1' }]);
    last().says({ type: 'ready' });
    expect(last().asked('subscribe')).toEqual([{ type: 'subscribe', topic: 'account:1', after: 3 }]);
    expect(live.get()).toEqual({ state: 'live' });
  });

  it('goes on from the last cursor after a cut, and hears nothing twice', () => {
    const { live, sockets, last, wait } = setUp();
    const heard: number[] = [];
    live.follow('account:1', 0, (_, cursor) => heard.push(cursor));
    last().welcome();
    last().says({ type: 'subscribed', topic: 'account:1' });
    last().says(update('account:1', 1));
    last().says(update('account:1', 2));
    last().cut();
    expect(live.get()).toMatchObject({ state: 'reconnecting' });
    wait();
    expect(sockets).toHaveLength(2);
    last().welcome();
    expect(last().asked('subscribe')).toEqual([{ type: 'subscribe', topic: 'account:1', after: 2 }]);
    last().says({ type: 'subscribed', topic: 'account:1' });
    for (const cursor of [2, 3, 4, 4, 3]) last().says(update('account:1', cursor));
    expect(heard).toEqual([1, 2, 3, 4]);
  });

  it('says how far behind it is until it has caught up', () => {
    const { live, last, wait } = setUp();
    live.follow('account:1', 2, () => undefined);
    last().welcome();
    last().says({ type: 'subscribed', topic: 'account:1' });
    last().cut();
    wait();
    last().welcome();
    expect(live.get()).toMatchObject({ state: 'catching-up', behind: 0 });
    last().says({ type: 'subscribed', topic: 'account:1', head: 4 });
    expect(live.get()).toMatchObject({ state: 'catching-up', behind: 2 });
    last().says(update('account:1', 3));
    expect(live.get()).toMatchObject({ state: 'catching-up', behind: 1 });
    last().says(update('account:1', 4));
    expect(live.get()).toEqual({ state: 'live' });
  });

  it('waits longer from attempt to attempt, and says until when', () => {
    const { live, last, wait } = setUp();
    last().welcome();
    const waits: number[] = [];
    let before = 1_000_000;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      last().cut();
      const status = live.get();
      if (status.state !== 'reconnecting') throw new Error(`it is ${status.state}`);
      waits.push(status.at - before);
      before = status.at;
      expect(status.since).toBe(1_000_000);
      wait();
    }
    expect(waits[0]).toBeLessThanOrEqual(500);
    expect(waits[7]).toBeGreaterThanOrEqual(10_000);
    expect(waits[7]).toBeLessThanOrEqual(20_000);
  });

  it('stops at once without a network and comes back at once with it', () => {
    const { live, network, last, sockets, waiting } = setUp();
    last().welcome();
    network.set(false);
    expect(live.get()).toMatchObject({ state: 'offline' });
    expect(last().closed).toBe(true);
    expect(waiting.size).toBe(0);
    network.set(true);
    expect(sockets).toHaveLength(2);
  });

  it('brings a fresh token over the same socket when the old one has run out', async () => {
    const { last, sockets } = setUp();
    last().welcome();
    last().says({ type: 'expired' });
    await Promise.resolve();
    expect(sockets).toHaveLength(1);
    expect(last().asked('hello')).toEqual([
      { type: 'hello', access: 'a1' },
      { type: 'hello', access: 'a2' },
    ]);
    last().says({ type: 'ready' });
    expect(last().asked('subscribe')).toEqual([]);
  });

  it('brings a fresh token over the same socket when the old one is refused at the first hello', async () => {
    const { live, last, sockets } = setUp();
    live.follow('account:1', 3, () => undefined);
    last().onopen?.({} as Event);
    last().says({ type: 'error', code: 'unauthorized', message: 'The token has run out.' });
    await Promise.resolve();
    expect(sockets).toHaveLength(1);
    expect(last().said).toEqual([
      { type: 'hello', access: 'a1' },
      { type: 'hello', access: 'a2' },
    ]);
    last().says({ type: 'ready' });
    expect(last().asked('subscribe')).toHaveLength(1);
  });

  it('does not fetch tokens again and again when new ones are refused too, but comes back later', async () => {
    const { live, last, session } = setUp();
    const refusal = { type: 'error', code: 'unauthorized', message: 'This token is not valid here.' };
    last().onopen?.({} as Event);
    last().says(refusal);
    await Promise.resolve();
    last().says(refusal);
    expect(last().asked('hello')).toHaveLength(2);
    expect(last().closed).toBe(true);
    expect(live.get()).toMatchObject({ state: 'reconnecting' });
    expect(session.get()).toMatchObject({ access: 'a2' });
  });

  it('comes back later to a gateway that cannot take it in just now', () => {
    const { live, last, wait } = setUp();
    live.follow('account:1', 3, () => undefined);
    last().onopen?.({} as Event);
    last().says({ type: 'error', code: 'service_unavailable', message: 'no keys' });
    expect(live.get()).toMatchObject({ state: 'reconnecting' });
    wait();
    last().welcome();
    expect(last().asked('subscribe')).toHaveLength(1);
  });

  it('says with which token it is, as soon as its socket is open and whenever there is a newer one', () => {
    const { session, last } = setUp();
    session.set({ state: 'signed-in', username: 'ada', access: 'newer' });
    expect(last().said).toEqual([]);
    last().onopen?.({} as Event);
    session.set({ state: 'signed-in', username: 'ada', access: 'newest' });
    expect(last().said.map(({ access }) => access)).toEqual(['newer', 'newest']);
  });

  it('keeps the moment from which data is old when the session is over, and connects again after it', () => {
    const { live, session, last, sockets } = setUp();
    last().welcome();
    session.set({ state: 'expired', username: 'ada' });
    expect(live.get()).toEqual({ state: 'signed-out', since: 1_000_000 });
    expect(last().closed).toBe(true);
    session.set({ state: 'signed-in', username: 'ada', access: 'a9' });
    expect(sockets).toHaveLength(2);
    last().welcome();
    expect(live.get()).toEqual({ state: 'live' });
    session.set({ state: 'anonymous' });
    expect(live.get()).toEqual({ state: 'idle' });
  });

  it('asks again for a topic whose service is away, and goes on with the others', () => {
    const { live, last, wait, waiting } = setUp();
    const heard: number[] = [];
    live.follow('account:1', 0, () => undefined);
    live.follow('account:2', 0, (_, cursor) => heard.push(cursor));
    last().welcome();
    last().says({ type: 'subscribed', topic: 'account:2' });
    last().says({ type: 'error', code: 'service_unavailable', message: 'away', topic: 'account:1' });
    expect(live.get()).toMatchObject({ state: 'unavailable' });
    last().says(update('account:2', 1));
    expect(heard).toEqual([1]);
    expect(waiting.size).toBe(1);
    wait();
    expect(last().asked('subscribe').at(-1)).toMatchObject({ topic: 'account:1', after: 0 });
    last().says({ type: 'subscribed', topic: 'account:1' });
    expect(live.get()).toEqual({ state: 'live' });
  });

  it.each(['rebuilding', 'state_unavailable', 'rate_limited', 'internal', 'unauthorized'])(
    'asks again for a topic that is refused as %s, which passes',
    (code) => {
      const { live, last, wait, waiting } = setUp();
      live.follow('events', 7, () => undefined);
      last().welcome();
      last().says({ type: 'error', code, message: 'not now', topic: 'events' });
      expect(live.get()).toMatchObject({ state: 'unavailable' });
      wait();
      expect(last().asked('subscribe')).toHaveLength(2);
      last().says({ type: 'subscribed', topic: 'events', head: 7 });
      expect(live.get()).toEqual({ state: 'live' });
      expect(waiting.size).toBe(0);
    },
  );

  it.each(['not_found', 'forbidden', 'bad_request', 'too_large'])(
    'gives up a topic that is refused as %s, which does not',
    (code) => {
      const { live, last, waiting } = setUp();
      live.follow('account:9', undefined, () => undefined);
      last().welcome();
      last().says({ type: 'error', code, message: 'never', topic: 'account:9' });
      expect(live.get()).toEqual({ state: 'live' });
      expect(waiting.size).toBe(0);
    },
  );

  it('goes on after a cut from where a topic was when it was subscribed, if nothing has come since', () => {
    const { live, last, wait } = setUp();
    const heard: number[] = [];
    live.follow('events', undefined, (_, cursor) => heard.push(cursor));
    last().welcome();
    expect(last().asked('subscribe')).toEqual([{ type: 'subscribe', topic: 'events' }]);
    last().says({ type: 'subscribed', topic: 'events', head: 100 });
    last().cut();
    wait();
    last().welcome();
    expect(last().asked('subscribe')).toEqual([{ type: 'subscribe', topic: 'events', after: 100 }]);
    last().says({ type: 'subscribed', topic: 'events', head: 101 });
    expect(live.get()).toMatchObject({ state: 'catching-up', behind: 1 });
    last().says(update('events', 101));
    expect(heard).toEqual([101]);
    expect(live.get()).toEqual({ state: 'live' });
  });

  it('asks once for a topic that two want, anew for who is further behind, and gives each only what is new to it', () => {
    const { live, last } = setUp();
    const [first, second]: [number[], number[]] = [[], []];
    last().welcome();
    const stop = live.follow('account:1', 5, (_, cursor) => first.push(cursor));
    live.follow('account:1', 5, () => undefined);
    const stopSecond = live.follow('account:1', 3, (_, cursor) => second.push(cursor));
    const asked = () =>
      last()
        .asked('subscribe')
        .map(({ after }) => after);
    // One ask at a time: whose answer it is must be plain.
    expect(asked()).toEqual([5]);
    last().says({ type: 'subscribed', topic: 'account:1', head: 5 });
    expect(asked()).toEqual([5, 3]);
    last().says({ type: 'subscribed', topic: 'account:1', head: 5 });
    for (const cursor of [4, 5, 6]) last().says(update('account:1', cursor));
    expect([first, second]).toEqual([[6], [4, 5, 6]]);
    stop();
    stopSecond();
    expect(last().asked('unsubscribe')).toEqual([]);
  });

  it('unsubscribes with the last listener', () => {
    const { live, last } = setUp();
    last().welcome();
    const stop = live.follow('user', undefined, () => undefined);
    last().says({ type: 'subscribed', topic: 'user', head: 1 });
    stop();
    expect(last().asked('unsubscribe')).toEqual([{ type: 'unsubscribe', topic: 'user' }]);
  });

  it('takes whole pictures from the start of each connection, since their cursors count anew', () => {
    const { live, last, wait } = setUp();
    const heard: number[] = [];
    live.follow('services', undefined, (_, cursor) => heard.push(cursor));
    last().welcome();
    last().says({ type: 'subscribed', topic: 'services' });
    for (const cursor of [1, 2, 3]) last().says(update('services', cursor));
    last().cut();
    wait();
    last().welcome();
    expect(last().asked('subscribe')).toEqual([{ type: 'subscribe', topic: 'services' }]);
    last().says({ type: 'subscribed', topic: 'services' });
    last().says(update('services', 1));
    expect(heard).toEqual([1, 2, 3, 1]);
  });

  it('leaves alone what it does not understand', () => {
    const { live, last } = setUp();
    last().welcome();
    for (const frame of [null, 7, [], { type: 'update' }, { type: 'weather' }, { type: 'error' }])
      last().says(frame as object);
    last().onmessage?.({ data: '{' } as MessageEvent);
    expect(live.get()).toEqual({ state: 'live' });
  });

  it('leaves no socket and no timer behind', () => {
    const { live, last, waiting, session } = setUp();
    last().welcome();
    last().cut();
    live.close();
    expect(waiting.size).toBe(0);
    session.set({ state: 'signed-in', username: 'ada', access: 'later' });
    expect(waiting.size).toBe(0);
  });
});
