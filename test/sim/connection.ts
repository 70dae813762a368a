import type { Effect, Input } from '../../bus/core/types.js';
import type { World } from './world.js';

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
    this.#arrivesAtBus = this.#arrival(this.#arrivesAtBus);
    this.world.agenda.in(this.#arrivesAtBus - this.world.agenda.now, () => {
      if (!this.#broken && this.#busOpen) this.bus.says(this.sessionId, input);
    });
  }

  /** From the bus to the client. */
  tell(effect: SessionEffect): void {
    if (!this.#busOpen) return;
    this.#arrivesAtClient = this.#arrival(this.#arrivesAtClient);
    this.world.agenda.in(this.#arrivesAtClient - this.world.agenda.now, () => {
      if (!this.#broken && this.#clientOpen) this.client.hears(effect);
    });
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

  #closeAtBus(): void {
    if (!this.#busOpen) return;
    this.#busOpen = false;
    this.bus.says(this.sessionId, { kind: 'closed', sessionId: this.sessionId });
  }

  #arrival(last: number): number {
    const { agenda, chance } = this.world;
    return Math.max(last, agenda.now + chance.between(0, 15));
  }
}
