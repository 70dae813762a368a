/** Parked events by who could not handle them, what they are, and why. Pure. */
import type { ParkedEvent } from '../../../common/pages/operator.js';

export interface ParkedGroup {
  /** stays the same while the group has members */
  readonly id: string;
  readonly client_type: string;
  /** unknown when the event itself cannot be read any more */
  readonly event_type: string | undefined;
  /** the error without what differs from event to event */
  readonly error: string;
  readonly members: readonly ParkedEvent[];
}

/** The largest group first. */
export function groupsOf(parked: readonly ParkedEvent[]): ParkedGroup[] {
  const groups = new Map<string, ParkedGroup & { members: ParkedEvent[] }>();
  for (const one of parked) {
    const error = kindOf(one.error.message);
    const event_type = one.event?.event_type;
    const id = JSON.stringify([one.client_type, event_type, error]);
    const group = groups.get(id) ?? { id, client_type: one.client_type, event_type, error, members: [] };
    group.members.push(one);
    groups.set(id, group);
  }
  return [...groups.values()].sort((a, b) => b.members.length - a.members.length);
}

/** Two errors that differ in numbers or quoted names only are the same mistake; the line of the script (`accounts.lua:12`) stays. */
export function kindOf(message: string): string {
  return message
    .split('\n')[0]!
    .replace(/(['"`])(?:(?!\1).)*\1/g, '$1…$1')
    .replace(/(?<![\w.:-])\d+(?![\w:])/g, 'n');
}

/** Where in the script it failed: `accounts.lua:12`, if the error says so. */
export function lineOf({ error }: ParkedEvent): string | undefined {
  return /[\w./-]+\.lua:\d+/.exec(`${error.message}\n${error.traceback ?? ''}`)?.[0];
}
