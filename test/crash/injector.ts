/**
 * Does to the rig what a fault says, heals it, and remembers when. It also remembers when states may have been lost: the answers
 * to Idempotency-Keys are nowhere but in the state, so a command that is repeated over such a moment may rightly be done again.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep } from '../../deploy/populate/bank.js';
import { describeFault, type Fault, targetOf } from './fault.js';
import type { Rig } from './rig.js';

/** A time at which the state of a service may have been lost, in full or in part; ms since the epoch. */
export interface Loss {
  /** undefined = of every service */
  readonly service: string | undefined;
  readonly from: number;
  readonly to: number;
}

export interface Happened {
  readonly fault: string;
  /** ms since the first fault could have happened */
  readonly from: number;
  to: number | undefined;
}

/** A running service puts a new state into the place of the one that is being deleted: what is not empty then is deleted again. */
const DELETING = { recursive: true, force: true, maxRetries: 20, retryDelay: 5 } as const;

export class Injector {
  readonly happened: Happened[] = [];
  readonly losses: Loss[] = [];
  readonly #startedAt = Date.now();
  /** by target: what is being done to it */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #copies = new Set<string>();

  constructor(private readonly rig: Rig) {}

  /** Begins as soon as nothing else holds the same target; resolves when it has begun. */
  async inject(fault: Fault): Promise<void> {
    const target = targetOf(fault);
    while (this.#underWay.has(target)) await this.#underWay.get(target);
    const entry: Happened = {
      fault: describeFault(fault),
      from: Date.now() - this.#startedAt,
      to: undefined,
    };
    this.happened.push(entry);
    const done = this.#perform(fault).then(() => {
      entry.to = Date.now() - this.#startedAt;
      this.#underWay.delete(target);
    });
    // Whoever waits for it gets the error; nobody may be waiting yet.
    done.catch(() => undefined);
    this.#underWay.set(target, done);
  }

  /** Resolves when everything is healed. @throws what a fault met that was not its own doing */
  async healed(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#underWay.values());
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #perform(fault: Fault): Promise<void> {
    const { system } = this.rig;
    switch (fault.kind) {
      case 'kill':
        return system.signal(fault.process, 'SIGKILL');
      case 'pause':
        return during(
          fault.ms,
          () => system.signal(fault.process, 'SIGSTOP'),
          () => system.signal(fault.process, 'SIGCONT'),
        );
      case 'cut':
        return this.#link(fault.link).cut();
      case 'freeze': {
        const link = this.#link(fault.link);
        return during(
          fault.ms,
          () => link.freeze(),
          () => link.thaw(),
        );
      }
      case 'abandon': {
        const link = this.#link(fault.link);
        return during(
          fault.ms,
          () => link.abandon(fault.side),
          () => link.thaw(),
        );
      }
      case 'forget':
        return fault.running
          ? this.#deleteState(fault.service)
          : this.#whileDown(fault.service, () => this.#deleteState(fault.service));
      case 'set back':
        return this.#whileDown(fault.service, () => this.#setBack(fault.service));
      case 'pause redis':
        return during(
          fault.ms,
          () => this.rig.redis!.freeze(),
          () => this.rig.redis!.thaw(),
        );
      case 'kill redis':
        return this.#killRedis(fault);
    }
  }

  #link(name: string) {
    return this.rig.links.get(name)!;
  }

  async #whileDown(service: string, work: () => Promise<void>): Promise<void> {
    const names = this.rig.instancesOf(service);
    await this.rig.system.kill(...names);
    await work();
    await this.rig.system.up(...names);
  }

  #deleteState(service: string): Promise<void> {
    return this.#losing(service, () => rm(this.rig.stateOf(service), DELETING));
  }

  async #setBack(service: string): Promise<void> {
    const [state, copy] = [this.rig.stateOf(service), this.rig.copyOf(service)];
    if (!this.#copies.has(service)) {
      // It may just have been deleted.
      if (!existsSync(state)) return;
      await mkdir(dirname(copy), { recursive: true });
      await cp(state, copy, { recursive: true });
      this.#copies.add(service);
      return;
    }
    await this.#losing(service, async () => {
      await rm(state, DELETING);
      await cp(copy, state, { recursive: true });
      this.#copies.delete(service);
      await rm(copy, { recursive: true });
    });
  }

  /** A killed Redis may have answered what it had not written yet, whatever becomes of its files. */
  #killRedis({ ms, files }: Extract<Fault, { kind: 'kill redis' }>): Promise<void> {
    const redis = this.rig.redis!;
    return this.#losing(undefined, async () => {
      await redis.stop();
      const copy = this.rig.copyOf('redis');
      if (files.are === 'cut') redis.loseTail(files.bytes);
      else if (files.are === 'forgotten') redis.forget();
      else if (files.are === 'set back') {
        if (this.#copies.has('redis')) redis.setBack(copy);
        redis.keepCopy(copy);
        this.#copies.add('redis');
      }
      await sleep(ms);
      await redis.start();
    });
  }

  async #losing(service: string | undefined, work: () => Promise<void>): Promise<void> {
    const from = Date.now();
    await work();
    this.losses.push({ service, from, to: Date.now() });
  }
}

async function during(ms: number, begin: () => void, end: () => void): Promise<void> {
  begin();
  await sleep(ms);
  end();
}
