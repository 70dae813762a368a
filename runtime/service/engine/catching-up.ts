import type { Expectation } from '../../state/state-store.js';
import type { Healer } from './healer.js';
import type { Job } from './job.js';
import { lockedKey } from './locks.js';
import { MarkChanges } from './mark-changes.js';
import { covers, parseMark } from './marks.js';
import type { EntryEvent } from './outbox-entry.js';
import type { LiveParts } from './service-parts.js';
import type { Awaited } from './state-watch.js';
import type { Again, Run } from './work.js';

/** Why a run has to be done again, what it queues for, and what it waits for before it is. */

/** Somebody has changed what the run has read, or holds a lock on it. */
export function afterConflict(conflict: Expectation): Again {
  const locked = lockedKey(conflict);
  const key = locked ?? (conflict.space === 'data' ? conflict.key : undefined);
  const unlocked = { ...conflict, enough: (text: string | undefined) => text === undefined };
  return {
    kind: 'again',
    names: key === undefined ? [] : [`data ${key}`],
    keys: [],
    awaited: locked === undefined ? [] : [unlocked],
    refused: [],
  };
}

/** The bus knows more of these keys than this run did: until their marks are others than those it has failed with. */
export function afterRefusal(
  contested: readonly string[],
  { keys, sends, marks }: Pick<Run<unknown>, 'keys' | 'sends' | 'marks'>,
): Again {
  const behind = contested.length > 0 ? contested : keys;
  const awaited = behind.map((key): Awaited => {
    const failed = marks.text(key);
    return { space: 'mark', key, enough: (text) => text !== failed };
  });
  const refused = sends.filter(({ key, expect }) => expect !== 'any' && behind.includes(key));
  return { kind: 'again', names: keys.map(judgedName), keys, awaited, refused };
}

/** Others of this service are at these keys: in front of it in the queue, at the bus, or accepted and not applied here yet. */
export function afterOthers(keys: readonly string[], awaited: readonly Awaited[] = []): Again {
  return { kind: 'again', names: keys.map(judgedName), keys, awaited, refused: [] };
}

/** The queue of those whose batch is judged by this key. */
export function judgedName(key: string): string {
  return `key ${key}`;
}

/** Keys of which an event of this service's own, accepted already, is not applied here yet. */
export async function behind(
  { contention, lazyMarks }: LiveParts,
  event: EntryEvent | undefined,
  keys: readonly string[],
  marks: Pick<MarkChanges, 'read'>,
): Promise<Awaited[]> {
  const found: Awaited[] = [];
  for (const key of keys) {
    // Of its own key nothing can come before it is done: the bus is to judge at once.
    if (key === event?.key) continue;
    const mark = await marks.read(key);
    const missing = contention.missing(key, Math.max(mark.upTo, lazyMarks.pending(key)));
    if (missing !== undefined)
      found.push({ space: 'mark', key, enough: (text) => covers(parseMark(text), missing) });
  }
  return found;
}

/** Waits for what a run was stopped by. False if it has not happened, for all we tried. */
export async function caughtUp(
  parts: LiveParts,
  healer: Healer,
  event: EntryEvent | undefined,
  { awaited, keys }: Again,
  job: Job,
): Promise<boolean> {
  let all = await haveHappened(parts, healer, awaited, job);
  for (const key of keys) {
    const judged = parts.contention.judged(key);
    if (judged === undefined) continue;
    await job.run(
      () => judged,
      () => {},
    );
  }
  const unknown = await behind(parts, event, keys, new MarkChanges(parts.state));
  all = (await haveHappened(parts, healer, unknown, job)) && all;
  return all;
}

async function haveHappened(
  { watch, contention, limits }: LiveParts,
  healer: Healer,
  awaited: readonly Awaited[],
  job: Job,
): Promise<boolean> {
  let all = true;
  for (const one of awaited) {
    const { space, key } = one;
    // A lock ends when the bus has judged, and there is nothing to be done about it but to wait.
    const limitMs = space === 'mark' ? limits.contentionWaitMs : job.left;
    if ((await watch.until(one, limitMs, job)) || space !== 'mark') continue;
    contention.forgetAccepted(key);
    all = (await healer.heal(key, job)) && all;
  }
  return all;
}
