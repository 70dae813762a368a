/**
 * The one connection over which everything new reaches the pages (`WS /api/live`). Owns the socket, its state and the topics.
 *
 * - Open while somebody is signed in. hello → ready → every wanted topic from its last cursor; so nothing is missed or doubled
 *   over any number of cuts.
 * - Lost: tried again after growing, spread waits, and at once when the network comes back. Never asked by a timer for news.
 * - A topic that the gateway cannot serve at the moment is asked for again in the same way; the others go on. Given up is only
 *   what asking again cannot change.
 */
import type { Clock } from '../../common/clock.js';
import type { ErrorCode } from '../../common/errors.js';
import { LIVE_CLOSE, type LiveData, type LiveMessage, type LiveTopic } from '../../common/pages/live.js';
import type { Random } from '../../common/random.js';
import { createStore, type Readable } from '../platform/store.js';
import type { Timers } from '../platform/timers.js';
import type { Session } from '../session/session.js';
import { backoffMs } from './backoff.js';
import { readMessage } from './messages.js';
import type { LiveStatus } from './status.js';
import { createTopics, type ToSay } from './topics.js';

/** What is needed of a WebSocket. */
export interface LiveSocket {
  send(text: string): void;
  close(): void;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
}

export interface LivePorts {
  session: Pick<Session, 'get' | 'subscribe' | 'renew' | 'credentials'>;
  open(): LiveSocket;
  network: Readable<boolean>;
  clock: Clock;
  timers: Timers;
  random: Random;
}

export interface LiveConnection extends Readable<LiveStatus> {
  /** Hears everything of the topic above `after` (without it: from now on), in order and once; returns the way to stop. */
  follow<Topic extends LiveTopic>(
    topic: Topic,
    after: number | undefined,
    heard: (data: LiveData<Topic>, cursor: number) => void,
  ): () => void;
  close(): void;
}

/** Refusals that stay what they are, however often the same is asked. */
const FINAL: readonly ErrorCode[] = ['not_found', 'forbidden', 'bad_request', 'too_large'];

export function openLiveConnection(ports: LivePorts): LiveConnection {
  const { session, network, clock, timers, random } = ports;
  const status = createStore<LiveStatus>({ state: 'idle' });
  const topics = createTopics();
  let socket: LiveSocket | undefined;
  /** the socket can be spoken to */
  let open = false;
  /** the gateway has taken us in */
  let ready = false;
  let saidAs: string | undefined;
  /** a token was fetched because one was refused here, and the new one is not taken in yet */
  let renewed = false;
  let attempts = 0;
  let cancelRetry = () => {};
  let cancelAskAgain: (() => void) | undefined;
  let lostAt: number | undefined;
  let asksAgain = 0;

  const send = (frame: object) => socket?.send(JSON.stringify(frame));
  const say = (what: ToSay, topic: LiveTopic) => {
    if (what === undefined) return;
    const after = what === 'subscribe' ? topics.after(topic) : undefined;
    send({ type: what, topic, ...(after !== undefined && { after }) });
  };
  const ask = (topic: LiveTopic) => {
    if (topics.ask(topic)) say('subscribe', topic);
  };

  /** The session or the network has changed: connect, introduce ourselves anew, or stop. */
  function adjust(): void {
    const { state } = session.get();
    if (state !== 'signed-in') {
      drop();
      attempts = 0;
      lostAt = state === 'expired' ? (lostAt ?? clock.now()) : undefined;
      status.set(state === 'expired' ? { state: 'signed-out', since: lostAt! } : { state: 'idle' });
    } else if (!network.get()) {
      drop();
      lostAt ??= clock.now();
      status.set({ state: 'offline', since: lostAt });
    } else if (socket === undefined) {
      connect();
    } else if (open) {
      hello();
    }
  }

  function connect(): void {
    cancelRetry();
    if (lostAt === undefined || attempts === 0) status.set({ state: 'connecting' });
    const opened = ports.open();
    socket = opened;
    renewed = false;
    opened.onopen = () => {
      open = true;
      hello();
    };
    opened.onmessage = ({ data }) => {
      const message = typeof data === 'string' ? readMessage(data) : undefined;
      if (message) hear(message);
    };
    opened.onclose = ({ code }) => {
      lost();
      if (code === LIVE_CLOSE.signedOut) renew();
    };
  }

  /** A new token; if there is none, the session says so and we stop. */
  function renew(): void {
    saidAs = undefined;
    renewed = true;
    session.renew().then(
      (still) => still && open && hello(),
      () => undefined,
    );
  }

  function hello(): void {
    const credentials = session.credentials();
    const said = JSON.stringify(credentials);
    if (said === saidAs) return;
    saidAs = said;
    send({ type: 'hello', ...credentials });
  }

  function hear(message: LiveMessage): void {
    switch (message.type) {
      case 'ready':
        renewed = false;
        if (!ready) begin();
        break;
      case 'expired':
        renew();
        break;
      case 'subscribed':
        say(topics.answered(message.topic, 'subscribed', message.head), message.topic);
        break;
      case 'update':
        topics.deliver(message);
        break;
      case 'error':
        // A topic that is none is nobody's.
        refused(message.code, message.topic as LiveTopic | undefined);
    }
    if (ready) report();
  }

  function begin(): void {
    ready = true;
    attempts = 0;
    for (const topic of topics.names()) ask(topic);
  }

  function refused(code: ErrorCode, topic: LiveTopic | undefined): void {
    if (topic !== undefined)
      say(topics.answered(topic, FINAL.includes(code) ? 'refused' : 'unavailable'), topic);
    else if (code === 'unauthorized' && !renewed) renew();
    // A new token that is refused as well, or a gateway that cannot take anybody in just now.
    else if (code === 'unauthorized' || !ready) lost();
  }

  /** What the header says of a connection that is ready, from what is known; and asks again for what was not available. */
  function report(): void {
    const { waiting, behind, unavailable } = topics.summary();
    if (unavailable.length > 0) {
      lostAt ??= clock.now();
      status.set({ state: 'unavailable', since: lostAt });
      askAgain();
    } else if (lostAt !== undefined && (waiting > 0 || behind > 0)) {
      status.set({ state: 'catching-up', behind, since: lostAt });
    } else {
      lostAt = undefined;
      asksAgain = 0;
      if (status.get().state !== 'live') status.set({ state: 'live' });
    }
  }

  /** Once at a time, however often it is reported meanwhile. */
  function askAgain(): void {
    if (cancelAskAgain !== undefined) return;
    asksAgain += 1;
    cancelAskAgain = timers.after(backoffMs(asksAgain, random), () => {
      cancelAskAgain = undefined;
      for (const topic of topics.summary().unavailable) ask(topic);
    });
  }

  /** Tries again after a wait that grows from time to time. */
  function lost(): void {
    drop();
    lostAt ??= clock.now();
    attempts += 1;
    const wait = backoffMs(attempts, random);
    status.set({ state: 'reconnecting', at: clock.now() + wait, since: lostAt });
    cancelRetry = timers.after(wait, connect);
  }

  /** Forgets the socket; what it still says is not heard any more. */
  function drop(): void {
    cancelRetry();
    cancelAskAgain?.();
    cancelAskAgain = undefined;
    const old = socket;
    socket = undefined;
    open = false;
    ready = false;
    saidAs = undefined;
    topics.lost();
    if (!old) return;
    old.onopen = old.onmessage = old.onclose = null;
    old.close();
  }

  const stopSession = session.subscribe(adjust);
  const stopNetwork = network.subscribe(adjust);
  adjust();

  return {
    get: status.get,
    subscribe: status.subscribe,
    follow(topic, after, heard) {
      // A topic's updates carry that topic's data (the contract); the registry of all topics cannot say so.
      const added = topics.add(topic, after, heard as (data: LiveData<LiveTopic>, cursor: number) => void);
      if (ready && added.ask) ask(topic);
      return () => {
        const toSay = added.remove();
        if (!ready) return;
        say(toSay, topic);
        report();
      };
    },
    close() {
      stopSession();
      stopNetwork();
      drop();
    },
  };
}
