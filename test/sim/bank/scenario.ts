import type { World } from '../world.js';
import type { Faults } from './instance.js';

export type Style = 'modern' | 'classic';

/** What a run of the bank is made of; drawn from the seed. */
export interface Scenario {
  readonly style: Style;
  /** handlers in Lua, in the real VM; otherwise in TypeScript */
  readonly lua: boolean;
  readonly instances: number;
  readonly faults: Faults;
  /** the state is wiped under running instances */
  readonly wipes: boolean;
  /** the state becomes an older copy */
  readonly setBacks: boolean;
  /** a handler fails by its own fault, in 100 runs */
  readonly failingPercent: number;
}

/** In 100 runs so many are in Lua. */
const LUA_PERCENT = 12;

/** Some seeds are quiet, so that what only happens when a run gets far is seen too. */
export function drawScenario({ chance }: World): Scenario {
  const some = (percent: number, in1000: number) => (chance.percent(percent) ? chance.between(1, in1000) : 0);
  return {
    style: chance.of(['modern', 'classic'] as const),
    lua: chance.percent(LUA_PERCENT),
    instances: chance.between(1, 3),
    faults: {
      killAtCommit: some(40, 40),
      killAtSend: some(40, 40),
      disconnect: some(40, 30),
      storeAway: some(30, 20),
    },
    wipes: chance.percent(30),
    setBacks: chance.percent(30),
    failingPercent: some(40, 6),
  };
}
