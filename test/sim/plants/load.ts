import { register } from 'node:module';
import type { HookData } from './hooks.js';
import type { Edit } from './plant.js';
import { PLANTS, type PlantName } from './plants.js';

type Simulation = typeof import('../simulate.js');

let registered = false;

/**
 * The simulation with a plant in the text of the modules below it, or as it is. A copy of all our modules is loaded for each plant,
 * so that plants know nothing of each other.
 */
export async function loadSimulation(plant: PlantName | undefined): Promise<Simulation> {
  if (plant === undefined) return import('../simulate.js');
  if (!registered) registerHooks();
  registered = true;
  const address = `../simulate.js?plant=${plant}`;
  return (await import(address)) as Simulation;
}

function registerHooks(): void {
  const edits: Record<string, readonly Edit[]> = {};
  for (const [name, plant] of Object.entries(PLANTS)) if ('edits' in plant) edits[name] = plant.edits;
  // dist/test/sim/plants/load.js stands three folders below
  const data: HookData = { root: new URL('../../../', import.meta.url).href, edits };
  register('./hooks.js', { parentURL: import.meta.url, data });
}
