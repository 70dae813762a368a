import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bank } from './bank/bank.js';
import { embeddedState, memoryState } from './bank/state-medium.js';
import { Bus } from './bus/bus.js';
import { EmbeddedMedium, MemoryMedium } from './bus/log-medium.js';
import { AnswerChecker } from './checkers/answers.js';
import { Books } from './checkers/books.js';
import { type Checker, demand } from './checkers/checker.js';
import { DeliveryChecker } from './checkers/deliveries.js';
import { ProgressChecker } from './checkers/progress.js';
import { Crowd } from './clients/crowd.js';
import { PLANTS, type PlantName } from './plants/plants.js';
import { createWorld, type World } from './world.js';

/** Steps after the faults have stopped within which everything has to come to its end. */
const CALM_STEPS_MAX = 60_000;
/** Long enough for marks raised behind, and for what should not happen any more. */
const LAST_LOOK_MS = 20_000;
const LEAVING_MS = 2_000;
const TICK_MS = 50;

export interface RunOptions {
  readonly seed: number;
  /** actions while there are faults */
  readonly steps: number;
  /** of the bus's log and of the bank's state; the trace does not depend on it */
  readonly stores?: 'memory' | 'embedded';
  readonly plant?: PlantName;
  /** lines of the trace to keep */
  readonly traceLines?: number;
}

export type Outcome =
  /** `hash`: of the trace, equal for equal runs */
  | { readonly kind: 'kept'; readonly hash: string; readonly events: number }
  /** a promise did not hold, or something gave up; `trace` ends with what led to it */
  | {
      readonly kind: 'broken';
      readonly violation: string;
      readonly stack: string;
      readonly trace: readonly string[];
    };

/**
 * One run, all of it from the seed: the real core over a faulty network and a faulty disk, the bank (real engines over one state,
 * scripts in TypeScript or Lua), and a crowd of rough clients. After `steps` steps the faults stop; then everything that was
 * accepted has to be handled, and the state has to be the fold of the log.
 */
export async function simulate(options: RunOptions): Promise<Outcome> {
  const { seed, steps, stores = 'memory', plant, traceLines = 60 } = options;
  const world = createWorld(seed, traceLines, plant && PLANTS[plant]);
  const directory = stores === 'embedded' ? mkdtempSync(join(tmpdir(), 'sim-')) : undefined;
  const medium = directory === undefined ? new MemoryMedium() : new EmbeddedMedium(directory);
  const state = directory === undefined ? memoryState(world) : embeddedState(world, directory);
  try {
    const books = new Books();
    const checkers: Checker[] = [
      books,
      new AnswerChecker(books),
      new DeliveryChecker(books, world.options),
      new ProgressChecker(books),
    ];
    const bus = new Bus(world, medium, checkers);
    const bank = await Bank.create(world, bus, books, state);
    try {
      await run(world, bus, bank, books, steps);
      for (const checker of checkers) checker.finished?.(bus.core!.views);
      bank.check();
    } finally {
      bank.close();
    }
    return { kind: 'kept', hash: world.trace.hash, events: books.log.length };
  } catch (error) {
    const { message, stack = message } = error as Error;
    return { kind: 'broken', violation: message, stack, trace: world.trace.lines() };
  } finally {
    await medium.close();
    await state.close();
    if (directory !== undefined) rmSync(directory, { recursive: true });
  }
}

async function run(world: World, bus: Bus, bank: Bank, books: Books, steps: number): Promise<void> {
  const { agenda, chance } = world;
  await bus.start();
  every(world, TICK_MS, () => bus.submit({ kind: 'tick' }));
  every(world, 120, () => operate(world, bus));
  await until(world, () => (bank.starts() ? [] : ['a live instance']));
  bank.welcome();
  const crowd = new Crowd(world, bus);
  whileFaulty(world, 12, () => crowd.publish());
  whileFaulty(world, 15, () => bank.customers.ask());
  whileFaulty(world, 120, () => crowd.disturb());
  whileFaulty(world, 150, () => bank.accidents.happen());
  whileFaulty(world, 120, () => disturb(world, bus));
  for (let done = 0; done < steps; done += 1) await step(world);

  world.faults = false;
  crowd.settle();
  const settled = () => {
    bank.settle();
    const owed = books.everythingAcknowledged && isQuiet(bus) ? [] : ['acknowledgements'];
    return [...bank.open, ...crowd.open, ...owed];
  };
  await until(world, settled);
  await pass(world, LAST_LOOK_MS);
  await until(world, settled);
  bank.leave();
  await pass(world, LEAVING_MS);

  function disturb(_: World, shaken: Bus): Promise<void> | void {
    if (chance.percent(20)) return crash(shaken);
    const connections = shaken.connections();
    if (connections.length > 0) chance.of(connections).break(chance.between(0, 400));
  }

  async function crash(fallen: Bus): Promise<void> {
    if (await fallen.crash()) agenda.in(chance.between(1, 100), () => fallen.start());
  }
}

async function step(world: World): Promise<void> {
  await world.agenda.step();
  if (world.violation !== undefined) throw world.violation;
}

/** @param open what is still waited for */
async function until(world: World, open: () => readonly string[]): Promise<void> {
  for (let steps = 0; ; steps += 1) {
    const waited = open();
    if (waited.length === 0) return;
    demand(steps < CALM_STEPS_MAX, `it does not come to an end: ${waited}`);
    await step(world);
  }
}

async function pass(world: World, ms: number): Promise<void> {
  const end = world.agenda.now + ms;
  while (world.agenda.now < end) await step(world);
}

function isQuiet(bus: Bus): boolean {
  const views = bus.core?.views;
  return views?.services().every(({ acknowledged }) => acknowledged === views.head()) ?? false;
}

/** The operator decides about what is parked, not always at once. What the bank was asked has to be answered. */
function operate({ chance, faults }: World, bus: Bus): void {
  const parked = bus.core?.views.parked() ?? [];
  if (parked.length === 0 || (faults && chance.percent(50))) return;
  const { clientType, position } = chance.of(parked);
  const decision = clientType === 'accounts' ? 'retry' : chance.of(['retry', 'skip'] as const);
  bus.submit({ kind: 'unpark', request: position, clientType, position, decision, reason: 'simulated' });
}

function every(world: World, ms: number, act: () => void): void {
  world.agenda.in(ms, () => {
    act();
    every(world, ms, act);
  });
}

function whileFaulty(world: World, ms: number, act: () => void | Promise<void>): void {
  world.agenda.in(world.chance.between(1, 2 * ms), async () => {
    if (!world.faults) return;
    await act();
    whileFaulty(world, ms, act);
  });
}
