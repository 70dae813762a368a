import type { ServiceView } from '../core/types.js';

/** Weight of the newest sample; the rest fades: a change shows within about three samples. */
const NEWEST_SHARE = 0.4;

interface Sample {
  time: number;
  count: number;
  perSecond: number;
}

/** How many events each session acknowledges per second, smoothed. Fed with samples, about one a second. */
export class Rates {
  #samples = new Map<number, Sample>();

  /** @param now Unix ms */
  sample(now: number, services: readonly ServiceView[]): void {
    const samples = new Map<number, Sample>();
    for (const { sessionId, acknowledgedCount } of services.flatMap(({ instances }) => instances)) {
      const last = this.#samples.get(sessionId) ?? { time: now, count: acknowledgedCount, perSecond: 0 };
      samples.set(sessionId, now > last.time ? next(last, now, acknowledgedCount) : last);
    }
    this.#samples = samples;
  }

  /** Events per second, one decimal; 0 for a session that is not known (yet). */
  of(sessionId: number): number {
    return Math.round((this.#samples.get(sessionId)?.perSecond ?? 0) * 10) / 10;
  }
}

function next(last: Sample, now: number, count: number): Sample {
  const newest = ((count - last.count) * 1000) / (now - last.time);
  return { time: now, count, perSecond: last.perSecond + NEWEST_SHARE * (newest - last.perSecond) };
}
