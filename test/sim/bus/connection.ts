import type { Effect, Input } from '../../../bus/core/types.js';
import type { World } from '../world.js';

export type SessionInput = Extract<Input, { readonly sessionId: number }>;
export type SessionEffect = Extract<Effect, { readonly sessionId: number }>;
type WithoutSession<T> = T extends unknown ? Omit<T, 'sessionId'> : never;
/** What a client says; the bus knows from which session. */
export type Said = WithoutSession<Exclude<SessionInput, { kind: 'connected' | 'closed' }>>;

/** The client's end. */
export interface Peer {
  hears(effect: SessionEffect): void;
  lost(): void;
}

/** The bus's end. */
export interface Acceptor {
  says(sessionId: number, input: SessionInput): void;
}

/** In 100 messages that say who they are, so many arrive a second time, as when they are sent again over a new connection. */
const REPEATED_PERCENT = 2;

/** In 100 processes that die, the last words of so many stay in the network for a while, and the bus takes them for alive. */
const LINGERING_PERCENT = 30;
/** longer than any message takes otherwise */
const LINGERING_MIN_MS = 20;
const LINGERING_MAX_MS = 800;

/**
 * One connection over a faulty network: messages of one direction arrive in order, after a while; a connection that breaks loses
 * what is under way, and each end notices at its own time. In between it is half open.
 */
export class Connection {
  #broken = false;
  #clientOpen = true;
  #busOpen = true;
  #arrivesAtBus = 0;
  #arrivesAtClient = 0;
  /** nothing arrives at the bus before */
  #heldUntil = 0;

  constructor(
    readonly sessionId: number,
    readonly world: World,
    readonly client: Peer,
    readonly bus: Acceptor,
  ) {}

  /** From the client to the bus. */
  say(said: Said): void {
    if (!this.#clientOpen) return;
    const input = { ...said, sessionId: this.sessionId } as SessionInput;
    this.#toBus(() => this.bus.says(this.sessionId, input));
    const { chance, faults } = this.world;
    if (faults && canBeRepeated(said) && chance.percent(REPEATED_PERCENT))
      this.#toBus(() => this.bus.says(this.sessionId, input));
  }

  /** From the bus to the client. */
  tell(effect: SessionEffect): void {
    if (this.#busOpen) this.#toClient(() => this.client.hears(effect));
  }

  /** A question, and its answer in the order of everything else. If the connection is lost there is none. */
  ask<T>(question: (answer: (found: T) => void) => Promise<void>, answer: (found: T) => void): void {
    if (!this.#clientOpen) return;
    this.#toBus(() => question((found) => this.#toClient(() => answer(found))));
  }

  /** The network loses it. Each end hears of it within `noticeMs`. */
  break(noticeMs: number): void {
    this.#broken = true;
    const { agenda, chance } = this.world;
    agenda.in(chance.between(0, noticeMs), () => this.#closeAtBus());
    agenda.in(chance.between(0, noticeMs), () => this.closeAtClient());
  }

  /** The bus has stopped: it knows nothing of this connection any more. */
  abandon(noticeMs: number): void {
    this.#broken = true;
    this.#busOpen = false;
    this.world.agenda.in(this.world.chance.between(0, noticeMs), () => this.closeAtClient());
  }

  closeAtClient(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    this.client.lost();
    if (!this.#broken) this.break(20);
  }

  /** The client's process is gone: what it wrote before still arrives, and then the end of the connection. */
  end(): void {
    if (!this.#clientOpen) return;
    this.#clientOpen = false;
    this.#toBus(() => this.#closeAtBus());
    const { agenda, chance, faults } = this.world;
    if (faults && chance.percent(LINGERING_PERCENT))
      this.#heldUntil = agenda.now + chance.between(LINGERING_MIN_MS, LINGERING_MAX_MS);
  }

  #closeAtBus(): void {
    if (!this.#busOpen) return;
    this.#busOpen = false;
    this.bus.says(this.sessionId, { kind: 'closed', sessionId: this.sessionId });
  }

  #toBus(act: () => void | Promise<void>): void {
    this.#arrivesAtBus = this.#arrival(this.#arrivesAtBus);
    this.world.agenda.in(this.#arrivesAtBus - this.world.agenda.now, () => this.#arrive(act));
  }

  #arrive(act: () => void | Promise<void>): void | Promise<void> {
    if (this.#broken || !this.#busOpen) return;
    const { agenda } = this.world;
    if (agenda.now >= this.#heldUntil) return act();
    agenda.in(this.#heldUntil - agenda.now, () => this.#arrive(act));
  }

  #toClient(act: () => void): void {
    this.#arrivesAtClient = this.#arrival(this.#arrivesAtClient);
    this.world.agenda.in(this.#arrivesAtClient - this.world.agenda.now, () => {
      if (!this.#broken && this.#clientOpen) act();
    });
  }

  #arrival(last: number): number {
    const { agenda, chance, latencyMaxMs } = this.world;
    return Math.max(last, agenda.now + chance.between(0, latencyMaxMs));
  }
}

function canBeRepeated(said: Said): boolean {
  return said.kind === 'ack' || (said.kind === 'new' && said.batchId !== undefined);
}
