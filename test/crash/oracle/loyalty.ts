/**
 * The rules of loyalty, written a second time. A transfer above £100 earns a tenth of it in points. One above £25 whose tenth
 * the points cover is refunded that tenth, and spends as many points. Both look at the points as they were before.
 */
import type { ExportedEvent } from '../../support/system.js';
import { amountOf, type Evidence, field, groupedBy } from './evidence.js';

const EARNS_ABOVE = 10_000;
const REFUNDED_ABOVE = 2_500;

export interface Member {
  readonly points: number;
  readonly refunded: number;
}

export interface Loyalty {
  /** by account; an account without points is missing */
  readonly members: ReadonlyMap<number, Member>;
  readonly faults: readonly string[];
}

export function foldLoyalty({ events }: Pick<Evidence, 'events'>): Loyalty {
  const faults: string[] = [];
  const members = new Map<number, Member>();
  const rewards = groupedBy(events, ({ causation }) => causation);

  // Points change in the order of the log; a reward is one batch, so what was before it is what is known when it begins.
  const before = new Map<string, number>();
  for (const event of events) {
    const { event_type: type } = event;
    if (type !== 'PointsEarned' && type !== 'PointsSpent') continue;
    const account = Number(field(event, 'account_id'));
    const points = Number(field(event, 'points'));
    const member = members.get(account) ?? { points: 0, refunded: 0 };
    if (event.causation !== undefined && !before.has(event.causation))
      before.set(event.causation, member.points);
    const after =
      type === 'PointsEarned'
        ? { ...member, points: member.points + points }
        : { points: member.points - points, refunded: member.refunded + points };
    if (after.points < 0)
      faults.push(`position ${event.position}: account ${account} has ${after.points} points`);
    members.set(account, after);
  }

  for (const event of events.filter(({ event_type }) => event_type === 'AcceptedTransaction'))
    faults.push(...rewardFaults(event, rewards.get(event.event_id) ?? [], before.get(event.event_id)));
  return { members, faults };
}

/**
 * @param before points of the sender before the reward, undefined if there is none. Whoever gave none, although it could have been a
 * refund, may have looked at the points earlier: nothing of theirs was contested.
 */
function rewardFaults(
  transfer: ExportedEvent,
  reward: readonly ExportedEvent[],
  before: number | undefined,
): string[] {
  const amount = amountOf(transfer);
  const tenth = Math.floor(amount / 10);
  const account = field(transfer, 'from_account_id');
  const expected: string[] = [];
  if (before !== undefined && amount > REFUNDED_ABOVE && before >= tenth)
    expected.push(`PointsSpent ${account} ${tenth}`, `ConfirmedCredit ${account} ${tenth}`);
  if (amount > EARNS_ABOVE) expected.push(`PointsEarned ${account} ${tenth}`);
  const found = reward.map((event) =>
    event.event_type === 'ConfirmedCredit'
      ? `ConfirmedCredit ${field(event, 'id')} ${amountOf(event)}`
      : `${event.event_type} ${field(event, 'account_id')} ${field(event, 'points')}`,
  );
  const same = found.length === expected.length && expected.every((one) => found.includes(one));
  if (same && new Set(reward.map(({ batch_id }) => batch_id)).size <= 1) return [];
  return [
    `transaction ${field(transfer, 'transaction_id')} of ${amount}: rewarded with [${found.join(', ')}] instead of [${expected.join(', ')}]`,
  ];
}
