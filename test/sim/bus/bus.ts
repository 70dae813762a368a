import { Core } from '../../../bus/core/core.js';
import type { CoreOptions, Effect, Input } from '../../../bus/core/types.js';
import type { Page, ReadFilter, Recovered } from '../../../bus/store/event-store.js';
import type { Checker } from '../checkers/checker.js';
import type { World } from '../world.js';
import { type Acceptor, Connection, type Peer, type SessionEffect } from './connection.js';
import { Disk } from './disk.js';
import type { LogMedium, Opened } from './log-medium.js';
import { type Log, watchedLog } from './watched-log.js';

type Debts = CoreOptions['debts'];

/** The machine's clock may be set between two lives of the bus: so far off it may be, in both directions. */
const SKEW_MAX_MS = 3_000;

/** One life of the bus, from a start to a crash. */
interface Life {
  readonly log: Log;
  readonly core: Core;
  readonly disk: Disk;
}

/** A page of the log, and the position of the newest event when it was read. */
export interface PageWithHead extends Page {
  readonly head: number;
}

/**
 * The bus of the simulation: the real core, over a real store, with a disk that is slow, fails, and outlives crashes. It does what
 * the server does, step by step on the agenda; the checkers see every input, every effect and every change of the disk.
 */
export class Bus implements Acceptor {
  readonly #world: World;
  readonly #medium: LogMedium;
  readonly #checkers: readonly Checker[];
  #life: Life | undefined;
  #lives = 0;
  #sessions = 0;
  /** how far the clock of this life is off, ms */
  #skewMs = 0;
  #connections = new Map<number, Connection>();

  constructor(world: World, medium: LogMedium, checkers: readonly Checker[]) {
    this.#world = world;
    this.#medium = medium;
    this.#checkers = checkers;
  }

  get core(): Core | undefined {
    return this.#life?.core;
  }

  /** Loaded anew from the disk; what the former life had not made durable is gone. */
  async start(): Promise<void> {
    const { store, recovered } = inOneOrder(await this.#medium.open());
    const watched = watchedLog(store, (records) => {
      for (const checker of this.#checkers) checker.durable?.(records);
    });
    const log = this.#world.plant?.log?.(watched) ?? watched;
    this.#lives += 1;
    this.#skewMs = this.#world.chance.between(-SKEW_MAX_MS, SKEW_MAX_MS);
    const time = Math.max(this.#now, recovered.lastTime);
    await store.append([{ kind: 'started', incarnation: this.#lives, time }]);
    const core = new Core(recovered, log, {
      ...this.#world.options,
      debts: await debtsOf(log, recovered),
    });
    this.#sessions = 0;
    this.#life = { log, core, disk: new Disk(this.#world, log, this.#outcomes()) };
    for (const checker of this.#checkers) checker.restarted?.(recovered);
  }

  /** Everything that is not on the disk is lost; a block may be torn, and the indexes may be gone. @returns false if it was down already */
  async crash(): Promise<boolean> {
    if (this.#life === undefined) return false;
    const { trace, agenda, chance } = this.#world;
    const torn = this.#life.disk.crash();
    trace.add(agenda.now, 'crash', { torn });
    this.#life = undefined;
    for (const connection of this.#connections.values()) connection.abandon(50);
    this.#connections = new Map();
    for (const checker of this.#checkers) checker.crashed?.();
    await this.#medium.crash(torn, chance.percent(20));
    return true;
  }

  /** undefined = nobody answers */
  connect(client: Peer): Connection | undefined {
    if (this.#life === undefined) return undefined;
    this.#sessions += 1;
    const sessionId = this.#lives * 2 ** 22 + this.#sessions;
    const connection = new Connection(sessionId, this.#world, client, this);
    this.#connections.set(sessionId, connection);
    this.submit({ kind: 'connected', sessionId });
    return connection;
  }

  connections(): Connection[] {
    return [...this.#connections.values()];
  }

  says(sessionId: number, input: Input): void {
    if (input.kind === 'closed') this.#connections.delete(sessionId);
    this.submit(input);
  }

  submit(input: Input): void {
    if (this.#life === undefined) return;
    const now = this.#now;
    const { agenda, trace } = this.#world;
    trace.add(agenda.now, '>', input);
    for (const checker of this.#checkers) checker.input?.(now, input);
    const effects = this.#life.core.apply(now, input);
    for (const effect of effects) {
      trace.add(agenda.now, '<', effect);
      for (const checker of this.#checkers) checker.effect?.(now, effect);
    }
    for (const checker of this.#checkers) checker.applied?.(now, this.#life.core.views);
    for (const effect of effects) this.#perform(this.#life, effect);
  }

  /** Answers with a page of the durable log; of what is acknowledged, with all that was acknowledged before. @throws Error if the bus is down */
  async query(filter: ReadFilter, answer: (page: PageWithHead) => void): Promise<void> {
    const life = this.#life;
    if (life === undefined) throw new Error('the bus is down');
    const read = async () => answer({ ...(await life.log.read(filter)), head: life.core.views.head() });
    if (filter.notOwedTo === undefined) await read();
    else await life.disk.whenSettled(read);
  }

  get #now(): number {
    return this.#world.agenda.now + this.#skewMs;
  }

  #perform(life: Life, effect: Effect): void {
    if (effect.kind === 'append') life.disk.append(effect.append, effect.records);
    else if (effect.kind === 'read-owed') this.#read(life, effect);
    else if ('sessionId' in effect) this.#connections.get(effect.sessionId)?.tell(effect as SessionEffect);
  }

  /** The page is as old as it may be in earnest: read now, answered later. */
  #read(life: Life, { read, clientType, key, after, limit }: Extract<Effect, { kind: 'read-owed' }>): void {
    const { agenda, chance } = this.#world;
    const range = key === undefined ? { after, limit } : { key, after, limit };
    agenda.in(chance.between(0, 20), async () => {
      if (this.#life !== life) return;
      const fails = this.#world.faults && chance.percent(10);
      const { events, next, end } = await life.log.owed(clientType, range);
      agenda.in(chance.between(0, 20), () => {
        if (this.#life !== life) return;
        if (fails) this.submit({ kind: 'read-failed', read, reason: 'simulated' });
        else this.submit({ kind: 'owed', read, events, next, end });
      });
    });
  }

  #outcomes() {
    return {
      lost: (append: number) => {
        for (const checker of this.#checkers) checker.lost?.(append);
      },
      submit: (input: Input) => this.submit(input),
    };
  }
}

/** The stores give subscriptions in orders of their own, and what is equal goes out in that order. */
function inOneOrder({ store, recovered }: Opened): Opened {
  const subscriptions = [...recovered.subscriptions].sort((a, b) => (a.clientType < b.clientType ? -1 : 1));
  return { store, recovered: { ...recovered, subscriptions } };
}

async function debtsOf(log: Log, { subscriptions }: Recovered): Promise<Debts> {
  const debts: Record<string, Debts[string]> = {};
  for (const { clientType } of subscriptions) debts[clientType] = await log.debt(clientType);
  return debts;
}
