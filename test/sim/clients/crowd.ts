import type { Bus } from '../bus/bus.js';
import type { World } from '../world.js';
import { Sender } from './sender.js';
import { Service, type ServiceKind } from './service.js';

const FEATURES = ['batch', 'ack', 'nack', 'atomic', 'errors', 'progress'];
const KINDS: readonly ServiceKind[] = [
  { clientType: 'shelves', eventTypes: ['Opened', 'Emptied'], features: FEATURES, sends: false },
  { clientType: 'shop', eventTypes: ['Filled', 'Opened'], features: FEATURES, sends: true },
  { clientType: 'ledger', eventTypes: ['*'], features: FEATURES, sends: false },
  { clientType: 'audit', eventTypes: ['Filled'], features: FEATURES, sends: false },
  { clientType: 'old', eventTypes: ['Opened'], features: [], sends: false },
];

/** Services and senders of every kind, well-behaved or not, that use the bus in every way that its protocol allows. */
export class Crowd {
  readonly #world: World;
  readonly #services: readonly Service[];
  readonly #senders: readonly Sender[];

  constructor(world: World, bus: Bus) {
    const { agenda, chance } = world;
    this.#world = world;
    this.#services = KINDS.flatMap((kind) =>
      Array.from(
        { length: chance.between(1, 3) },
        (_, index) => new Service(world, bus, kind, `${kind.clientType}-${index}`),
      ),
    );
    this.#senders = ['', '', 'shelves'].map(
      (clientType, index) => new Sender(world, bus, `s${index}`, clientType),
    );
    for (const client of [...this.#services, ...this.#senders])
      agenda.in(chance.between(0, 200), () => client.start());
  }

  publish(): void {
    this.#world.chance.of(this.#senders).publish();
  }

  disturb(): void {
    this.#world.chance.of(this.#services).disturb(KINDS);
  }

  /** Faults are over. */
  settle(): void {
    for (const service of this.#services) service.settle();
  }

  /** What was not answered yet. */
  get open(): readonly string[] {
    return this.#senders.flatMap(({ open }) => open);
  }
}
