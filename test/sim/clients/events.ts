import type { Expect, NewEvent } from '../../../bus/core/types.js';
import type { StoredEvent } from '../../../common/events.js';
import { EVENT_TYPES, type World } from '../world.js';

/** An event with a wild guess at the state of its key, or none. `cause`: what it follows from. */
export function makeEvent(world: World, type?: string, cause?: StoredEvent): NewEvent {
  const { chance } = world;
  const key = cause !== undefined && chance.percent(30) ? cause.key : chance.of(world.keys);
  const correlationId = cause?.correlationId ?? chance.between(0, 9);
  return {
    type: type ?? chance.of(EVENT_TYPES),
    key,
    expect: makeExpect(world, cause?.key === key ? cause.value : -1),
    data: JSON.stringify({ n: chance.between(0, 1_000_000), pad: 'x'.repeat(chance.between(0, 100)) }),
    checksum: `sum-${chance.between(0, 5)}`,
    correlationId,
    correlation: `00000000-0000-8000-8000-0000${correlationId.toString(16).padStart(8, '0')}`,
  };
}

function makeExpect({ chance }: World, known: number): Expect {
  const kind = chance.of(['implicit', 'implicit', 'exact', 'seen'] as const);
  if (kind === 'implicit') return { kind };
  return { kind, value: Math.max(kind === 'seen' ? -1 : 0, known + chance.between(0, 8)) };
}
