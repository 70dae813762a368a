import type { Head } from './heads.js';
import type { Expect, NewEvent } from './types.js';

/** What `seen` looks at: the event types of the sender's subscription. Without a subscription every type counts. */
export interface SenderView {
  wants(type: string): boolean;
}

/**
 * The value that each event of a `new` would take, -1 for those that cannot be accepted (semantics.md, rule 3).
 *
 * `exact` counts the events of the same `new` that were accepted before it; `seen` is judged against the key as it was before the
 * `new`: a batch does not contradict itself.
 */
export function judge(
  events: readonly NewEvent[],
  headOf: (key: string) => Head,
  sender: SenderView | undefined,
): number[] {
  const first = events[0];
  if (first !== undefined && events.length === 1)
    return [judgeOne(first.expect, headOf(first.key), 0, sender)];
  const accepted = new Map<string, number>();
  return events.map(({ key, expect }) => {
    const before = accepted.get(key) ?? 0;
    const value = judgeOne(expect, headOf(key), before, sender);
    if (value >= 0) accepted.set(key, before + 1);
    return value;
  });
}

function judgeOne(
  expect: Expect,
  head: Head,
  acceptedBefore: number,
  sender: SenderView | undefined,
): number {
  const next = head.value + 1 + acceptedBefore;
  switch (expect.kind) {
    case 'implicit':
      return next;
    case 'exact':
      return expect.value === next ? next : -1;
    case 'seen':
      return newestWanted(head, sender) > expect.value ? -1 : next;
  }
}

/** Value of the newest event of the key that the sender asked to know about, -1 for none. */
function newestWanted(head: Head, sender: SenderView | undefined): number {
  if (sender === undefined) return head.value;
  return head.lastOfType.newest((type) => sender.wants(type));
}
