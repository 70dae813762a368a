import type { Expectation, Write } from '../../state/state-store.js';
import { StateLost } from './aborts.js';
import { META } from './meta.js';
import type { EngineParts } from './options.js';
import type { StateAccess } from './state-access.js';

interface LeaseText {
  /** a new one for every taking, so that nobody mistakes another's lease for its own */
  readonly holder: string;
  /** Unix ms */
  readonly until: number;
}

/** Renewed when this share of its time is over. */
const RENEW_AFTER = 1 / 3;

/**
 * The right to bring a state up to date. The clocks of the instances only decide when a silent holder is given up; safety
 * does not rest on them: every commit of a holder expects the lease's very text, so one that was given up writes nothing more.
 */
export class Lease {
  #text: string;
  #until: number;

  private constructor(
    private readonly state: StateAccess,
    private readonly parts: Pick<EngineParts, 'clock' | 'limits'>,
    private readonly holder: string,
  ) {
    this.#until = parts.clock.now() + parts.limits.leaseMs;
    this.#text = this.#write();
  }

  /** @returns undefined if another instance holds it */
  static async take(
    state: StateAccess,
    parts: Pick<EngineParts, 'clock' | 'limits' | 'ids'>,
  ): Promise<Lease | undefined> {
    const found = await state.text('meta', META.lease);
    if (found !== undefined && (JSON.parse(found) as LeaseText).until > parts.clock.now()) return undefined;
    const lease = new Lease(state, parts, parts.ids());
    const taken = await state.commitAsIs({
      expect: [{ space: 'meta', key: META.lease, text: found }],
      writes: [lease.#set()],
    });
    return taken.ok ? lease : undefined;
  }

  expectation(): Expectation {
    return { space: 'meta', key: META.lease, text: this.#text };
  }

  /** Renews it when it is time. @throws StateLost if it was lost */
  async keep(): Promise<void> {
    const { clock, limits } = this.parts;
    if (this.#until - clock.now() > limits.leaseMs * (1 - RENEW_AFTER)) return;
    const expect = [this.expectation()];
    this.#until = clock.now() + limits.leaseMs;
    this.#text = this.#write();
    const renewed = await this.state.commitAsIs({ expect, writes: [this.#set()] });
    if (!renewed.ok) throw new StateLost('another instance has taken over the rebuild');
  }

  /** Gives it back; nothing if it was lost. */
  async release(): Promise<void> {
    await this.state.commitAsIs({ expect: [this.expectation()], writes: [this.drop()] });
  }

  /** To be part of a commit that expects it. */
  drop(): Write {
    return { op: 'del', space: 'meta', key: META.lease };
  }

  #set(): Write {
    return { op: 'set', space: 'meta', key: META.lease, text: this.#text };
  }

  #write(): string {
    const text: LeaseText = { holder: this.holder, until: this.#until };
    return JSON.stringify(text);
  }
}
