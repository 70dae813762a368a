import { silentLogger } from '../../../common/log.js';
import { seededRandom } from '../../../common/random.js';
import type { TokenPort } from '../../../runtime/api/tokens.js';
import { DEFAULT_BUDGETS, loadScript } from '../../../runtime/service/script.js';
import type { EventHandler, ServiceModel, TypeHandlers } from '../../../runtime/service/types.js';
import type { World } from '../world.js';
import { classicBank, modernBank } from './banks.js';
import type { Scenario } from './scenario.js';

export interface Loaded {
  readonly model: ServiceModel;
  /** to be called when no handler runs any more */
  close(): void;
}

/** The bank that a scenario asks for, whose handlers fail now and then. */
export async function loadBank(world: World, { style, lua, failingPercent }: Scenario): Promise<Loaded> {
  if (!lua) return { model: failing(world, failingPercent, banks[style]()), close: () => {} };
  const { model, vm } = await loadScript({
    // The scripts are not compiled: they stand beside the sources.
    file: `${import.meta.dirname.replace(/\/dist(?=\/test\/)/, '')}/${style}.lua`,
    log: silentLogger,
    clock: world.agenda.clock,
    random: seededRandom(1),
    tokens: NO_TOKENS,
    // A slice is measured by the machine's clock, which a run must not depend on.
    budgets: { ...DEFAULT_BUDGETS, sliceMs: 600_000, heapBytesMax: Number.MAX_SAFE_INTEGER },
  });
  return { model: failing(world, failingPercent, model), close: () => vm.close() };
}

const banks = { modern: modernBank, classic: classicBank } as const;

/** The bank signs nothing. */
const NO_TOKENS: TokenPort = {
  issue: () => Promise.reject(new Error('no tokens')),
  verify: () => Promise.reject(new Error('no tokens')),
  publicKeys: () => Promise.reject(new Error('no tokens')),
};

function failing(world: World, percent: number, model: ServiceModel): ServiceModel {
  if (percent === 0) return model;
  const sometimes =
    (handler: EventHandler): EventHandler =>
    async (context, event) => {
      await handler(context, event);
      // A rebuild does not end before it has succeeded, so there it only costs time.
      if (world.faults && world.chance.percent(percent)) throw new Error('simulated');
    };
  const types = [...model.types].map(([type, handlers]): [string, TypeHandlers] => {
    const { listener, projection, decision } = handlers;
    return [
      type,
      {
        ...handlers,
        ...(listener && { listener: sometimes(listener) }),
        ...(projection && { projection: sometimes(projection) }),
        ...(decision && { decision: sometimes(decision) }),
      },
    ];
  });
  return { ...model, types: new Map(types) };
}
