import type { Input } from '../../bus/core/types.js';
import type { LogRecord } from '../../bus/store/event-store.js';
import type { MemoryStore } from '../../bus/store/memory/memory-store.js';
import type { World } from './world.js';

export interface DiskOutcomes {
  /** the records are durable; the core does not know it yet */
  durable(records: readonly LogRecord[]): void;
  /** this append and all later ones are lost */
  lost(append: number): void;
  submit(input: Input): void;
}

/**
 * The way to the disk: takes the appends in order, several at once when they wait, and tells the core a while after they are durable
 * (a crash in between leaves records that nobody was told of). Now and then an append fails, and with it all that wait.
 */
export class Disk {
  readonly #world: World;
  readonly #store: MemoryStore;
  readonly #outcomes: DiskOutcomes;
  #waiting: { readonly append: number; readonly records: readonly LogRecord[] }[] = [];
  #busy = false;
  #stopped = false;

  constructor(world: World, store: MemoryStore, outcomes: DiskOutcomes) {
    this.#world = world;
    this.#store = store;
    this.#outcomes = outcomes;
  }

  append(append: number, records: readonly LogRecord[]): void {
    this.#waiting.push({ append, records });
    this.#begin();
  }

  stop(): void {
    this.#stopped = true;
  }

  #begin(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    const { agenda, chance } = this.#world;
    agenda.in(chance.between(0, 10), async () => {
      if (this.#stopped) return;
      if (this.#world.faults && chance.percent(5)) this.#fail();
      else await this.#write(this.#waiting.splice(0, chance.between(1, 4)));
    });
  }

  async #write(group: { readonly append: number; readonly records: readonly LogRecord[] }[]): Promise<void> {
    const records = group.flatMap((one) => one.records);
    await this.#store.append(records);
    this.#outcomes.durable(records);
    this.#world.agenda.in(this.#world.chance.between(0, 10), () => {
      if (this.#stopped) return;
      this.#busy = false;
      this.#outcomes.submit({ kind: 'appended', append: group.at(-1)!.append });
      this.#begin();
    });
  }

  #fail(): void {
    const append = this.#waiting[0]!.append;
    this.#waiting = [];
    this.#busy = false;
    this.#outcomes.lost(append);
    this.#outcomes.submit({ kind: 'append-failed', append, reason: 'simulated' });
  }
}
