import { Core } from '../../bus/core/core.js';
import type { CoreOptions, Effect, Input } from '../../bus/core/types.js';
import type { Recovered } from '../../bus/store/event-store.js';
import { type MemoryLog, MemoryStore } from '../../bus/store/memory/memory-store.js';
import type { Checker } from './checkers/checker.js';
import { type Acceptor, Connection, type Peer, type SessionEffect } from './connection.js';
import { Disk } from './disk.js';
import type { World } from './world.js';

type Debts = CoreOptions['debts'];

/** One life of the bus, from a start to a crash. */
interface Life {
  readonly store: MemoryStore;
  readonly core: Core;
  readonly disk: Disk;
}

/**
 * The bus of the simulation: the real core, over the real memory store, with a disk that is slow, fails, and outlives crashes. It
 * does what the server does, step by step on the agenda; the checkers see every input, every effect and every change of the disk.
 */
export class Bus implements Acceptor {
  readonly #world: World;
  readonly #checkers: readonly Checker[];
  readonly #log: MemoryLog = { logId: 'sim', records: [] };
  #life: Life | undefined;
  #lives = 0;
  #sessions = 0;
  #connections = new Map<number, Connection>();

  constructor(world: World, checkers: readonly Checker[]) {
    this.#world = world;
    this.#checkers = checkers;
  }

  get core(): Core | undefined {
    return this.#life?.core;
  }

  /** Loaded anew from the disk; what the former life had not made durable is gone. */
  async start(): Promise<void> {
    const store = new MemoryStore(this.#log);
    const recovered = await store.open();
    this.#lives += 1;
    const time = this.#world.agenda.now;
    await store.append([{ kind: 'started', incarnation: this.#lives, time }]);
    const core = new Core(recovered, store, {
      ...this.#world.options,
      debts: await debtsOf(store, recovered),
    });
    this.#sessions = 0;
    this.#life = { store, core, disk: new Disk(this.#world, store, this.#outcomes()) };
    for (const checker of this.#checkers) checker.restarted?.(recovered);
  }

  /** Everything that is not on the disk is lost. @returns false if it was down already */
  crash(): boolean {
    if (this.#life === undefined) return false;
    this.#world.trace.add(this.#world.agenda.now, 'crash', {});
    this.#life.disk.stop();
    this.#life = undefined;
    for (const connection of this.#connections.values()) connection.abandon(50);
    this.#connections = new Map();
    for (const checker of this.#checkers) checker.crashed?.();
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
    const { agenda, trace } = this.#world;
    trace.add(agenda.now, '>', input);
    for (const checker of this.#checkers) checker.input?.(agenda.now, input);
    const effects = this.#life.core.apply(agenda.now, input);
    for (const effect of effects) {
      trace.add(agenda.now, '<', effect);
      for (const checker of this.#checkers) checker.effect?.(agenda.now, effect);
    }
    for (const checker of this.#checkers) checker.applied?.(agenda.now, this.#life.core.views);
    for (const effect of effects) this.#perform(this.#life, effect);
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
      const fails = this.#world.faults && chance.percent(10);
      const { events, next, end } = await life.store.owed(clientType, range);
      agenda.in(chance.between(0, 20), () => {
        if (this.#life !== life) return;
        if (fails) this.submit({ kind: 'read-failed', read, reason: 'simulated' });
        else this.submit({ kind: 'owed', read, events, next, end });
      });
    });
  }

  #outcomes() {
    return {
      durable: (records: Parameters<Disk['append']>[1]) => {
        for (const checker of this.#checkers) checker.durable?.(records);
      },
      lost: (append: number) => {
        for (const checker of this.#checkers) checker.lost?.(append);
      },
      submit: (input: Input) => this.submit(input),
    };
  }
}

async function debtsOf(store: MemoryStore, { subscriptions }: Recovered): Promise<Debts> {
  const debts: Record<string, Debts[string]> = {};
  for (const { clientType } of subscriptions) debts[clientType] = await store.debt(clientType);
  return debts;
}
