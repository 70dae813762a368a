import type { Input } from '../../../bus/core/types.js';
import type { LogRecord } from '../../../bus/store/event-store.js';
import type { World } from '../world.js';
import type { Torn } from './log-medium.js';
import type { Log } from './watched-log.js';

export interface DiskOutcomes {
  /** this append and all later ones are lost */
  lost(append: number): void;
  submit(input: Input): void;
}

interface Waiting {
  readonly append: number;
  readonly records: readonly LogRecord[];
}

/** So many appends are joined into one block at most. */
const GROUP_MAX = 4;

/**
 * The way to the disk: takes the appends in order, several at once when they wait, and tells the core a while after they are durable
 * (a crash in between leaves records that nobody was told of). Now and then an append fails, and with it all that wait.
 */
export class Disk {
  readonly #world: World;
  readonly #log: Log;
  readonly #outcomes: DiskOutcomes;
  #waiting: Waiting[] = [];
  #busy = false;
  /** newest append that was given to the log */
  #written = 0;
  #stopped = false;
  #unsettled: { append: number; act: () => Promise<void> }[] = [];

  constructor(world: World, log: Log, outcomes: DiskOutcomes) {
    this.#world = world;
    this.#log = log;
    this.#outcomes = outcomes;
  }

  /** Does something when the fate of every append so far is known; never, if the machine stops before. */
  async whenSettled(act: () => Promise<void>): Promise<void> {
    const last = this.#waiting.at(-1)?.append ?? (this.#busy ? this.#written : undefined);
    if (last === undefined) await act();
    else this.#unsettled.push({ append: last, act });
  }

  async #settle(upTo: number): Promise<void> {
    const settled = this.#unsettled.filter(({ append }) => append <= upTo);
    this.#unsettled = this.#unsettled.filter(({ append }) => append > upTo);
    for (const { act } of settled) await act();
  }

  append(append: number, records: readonly LogRecord[]): void {
    this.#waiting.push({ append, records });
    this.#begin();
  }

  /** The machine stops. @returns what of the block that was being written is on the disk; undefined = none was */
  crash(): Torn | undefined {
    this.#stopped = true;
    const { chance } = this.#world;
    const records = this.#nextGroup();
    if (records.length === 0 || chance.percent(50)) return undefined;
    return { records, share: chance.between(1, 99) / 100 };
  }

  #nextGroup(): LogRecord[] {
    return this.#waiting.slice(0, GROUP_MAX).flatMap(({ records }) => records);
  }

  #begin(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    const { agenda, chance } = this.#world;
    agenda.in(chance.between(0, 10), async () => {
      if (this.#stopped) return;
      if (this.#world.faults && chance.percent(5)) await this.#fail();
      else await this.#write(this.#waiting.splice(0, chance.between(1, GROUP_MAX)));
    });
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    this.#written = group.at(-1)!.append;
    await this.#log.append(group.flatMap(({ records }) => records));
    this.#world.agenda.in(this.#world.chance.between(0, 10), async () => {
      if (this.#stopped) return;
      this.#busy = false;
      this.#outcomes.submit({ kind: 'appended', append: group.at(-1)!.append });
      await this.#settle(group.at(-1)!.append);
      this.#begin();
    });
  }

  async #fail(): Promise<void> {
    const append = this.#waiting[0]!.append;
    this.#waiting = [];
    this.#busy = false;
    this.#outcomes.lost(append);
    this.#outcomes.submit({ kind: 'append-failed', append, reason: 'simulated' });
    await this.#settle(Number.POSITIVE_INFINITY);
  }
}
