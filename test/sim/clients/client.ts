import type { Bus } from '../bus/bus.js';
import type { Connection, Peer, Said, SessionEffect } from '../bus/connection.js';
import type { World } from '../world.js';

/** Someone outside the bus: connects, and after every loss connects again until it is told to stop. */
export abstract class Client implements Peer {
  protected readonly world: World;
  readonly #bus: Bus;
  #connection: Connection | undefined;
  #stopped = false;

  constructor(world: World, bus: Bus) {
    this.world = world;
    this.#bus = bus;
  }

  start(): void {
    if (this.#stopped || this.#connection !== undefined) return;
    this.#connection = this.#bus.connect(this);
    if (this.#connection === undefined)
      this.world.agenda.in(this.world.chance.between(5, 50), () => this.start());
    else this.connected();
  }

  /** Leaves without a word, for good. */
  stop(): void {
    this.#stopped = true;
    this.#connection?.closeAtClient();
  }

  /** Loses its connection, if it has one, and comes back. */
  reconnect(): void {
    this.#connection?.closeAtClient();
  }

  lost(): void {
    this.#connection = undefined;
    this.disconnected();
    this.world.agenda.in(this.world.chance.between(1, 50), () => this.start());
  }

  protected say(said: Said): void {
    this.#connection?.say(said);
  }

  protected get online(): boolean {
    return this.#connection !== undefined;
  }

  abstract hears(effect: SessionEffect): void;
  protected abstract connected(): void;
  protected abstract disconnected(): void;
}
