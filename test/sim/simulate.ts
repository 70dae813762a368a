import { Bus } from './bus.js';
import { AnswerChecker } from './checkers/answers.js';
import { Books } from './checkers/books.js';
import { type Checker, demand } from './checkers/checker.js';
import { DeliveryChecker } from './checkers/deliveries.js';
import { ProgressChecker } from './checkers/progress.js';
import { Sender } from './sender.js';
import { Service, type ServiceKind } from './service.js';
import { createWorld, type World } from './world.js';

const FEATURES = ['batch', 'ack', 'nack', 'atomic', 'errors', 'progress'];
const KINDS: readonly ServiceKind[] = [
  { clientType: 'accounts', eventTypes: ['Opened', 'Debited'], features: FEATURES, sends: false },
  { clientType: 'transfers', eventTypes: ['Credited', 'Opened'], features: FEATURES, sends: true },
  { clientType: 'ledger', eventTypes: ['*'], features: FEATURES, sends: false },
  { clientType: 'audit', eventTypes: ['Credited'], features: FEATURES, sends: false },
  { clientType: 'old', eventTypes: ['Opened'], features: [], sends: false },
];

/** Steps after the faults have stopped within which everything has to come to its end. */
const CALM_STEPS_MAX = 200_000;
const TICK_MS = 50;

export interface Outcome {
  /** equal for equal runs */
  readonly hash: string;
  readonly events: number;
}

/** A promise did not hold, or the core gave up; `trace` ends with what led to it. */
export class SimulationFailure extends Error {
  constructor(
    readonly seed: number,
    readonly steps: number,
    readonly trace: readonly string[],
    cause: Error,
  ) {
    super(`${cause.message}\n  replay: npm run sim -- --seed ${seed} --steps ${steps}`, { cause });
  }
}

/**
 * One run: the core over a faulty network and a faulty disk, with services and senders of every kind, all from the seed. After
 * `steps` steps the faults stop, and everything that was accepted has to be handled.
 * @throws SimulationFailure
 */
export async function simulate(seed: number, steps: number, traceLines = 60): Promise<Outcome> {
  const world = createWorld(seed, traceLines);
  const books = new Books();
  const checkers: Checker[] = [
    books,
    new AnswerChecker(books),
    new DeliveryChecker(books, world.options),
    new ProgressChecker(books),
  ];
  const bus = new Bus(world, checkers);
  try {
    await run(world, bus, steps, () =>
      KINDS.every(({ clientType }) => books.allOwed(clientType).length === 0),
    );
    for (const checker of checkers) checker.finished?.(bus.core!.views);
  } catch (error) {
    throw new SimulationFailure(seed, steps, world.trace.lines(), error as Error);
  }
  return { hash: world.trace.hash, events: books.log.length };
}

async function run(world: World, bus: Bus, steps: number, drained: () => boolean): Promise<void> {
  const { agenda, chance } = world;
  await bus.start();
  const services = KINDS.flatMap((kind) =>
    Array.from(
      { length: chance.between(1, 3) },
      (_, index) => new Service(world, bus, kind, `${kind.clientType}-${index}`),
    ),
  );
  const senders = ['', '', 'accounts'].map(
    (clientType, index) => new Sender(world, bus, `s${index}`, clientType),
  );
  for (const client of [...services, ...senders]) agenda.in(chance.between(0, 200), () => client.start());
  every(world, TICK_MS, () => bus.submit({ kind: 'tick' }));
  every(world, 120, () => operate(world, bus));
  whileFaulty(world, 12, () => chance.of(senders).publish());
  whileFaulty(world, 60, () => disturb(world, bus, services));
  for (let step = 0; step < steps; step += 1) await agenda.step();

  world.faults = false;
  for (const service of services) service.settle();
  const settled = () => drained() && senders.every(({ unanswered }) => unanswered === 0) && isQuiet(bus);
  for (let step = 0; !settled(); step += 1) {
    demand(step < CALM_STEPS_MAX, 'it does not come to an end');
    await agenda.step();
  }
}

function isQuiet(bus: Bus): boolean {
  const views = bus.core?.views;
  return views?.services().every(({ acknowledged }) => acknowledged === views.head()) ?? false;
}

/** The operator decides about what is parked, not always at once. */
function operate({ chance, faults }: World, bus: Bus): void {
  const parked = bus.core?.views.parked() ?? [];
  if (parked.length === 0 || (faults && chance.percent(50))) return;
  const { clientType, position } = chance.of(parked);
  const decision = chance.of(['retry', 'skip'] as const);
  bus.submit({ kind: 'unpark', request: position, clientType, position, decision, reason: 'simulated' });
}

function disturb({ agenda, chance }: World, bus: Bus, services: readonly Service[]): void {
  const kind = chance.between(0, 9);
  if (kind === 0) {
    if (bus.crash()) agenda.in(chance.between(1, 100), () => bus.start());
  } else if (kind < 5) {
    const connections = bus.connections();
    if (connections.length > 0) chance.of(connections).break(chance.between(0, 400));
  } else chance.of(services).disturb(KINDS);
}

function every(world: World, ms: number, act: () => void): void {
  world.agenda.in(ms, () => {
    act();
    every(world, ms, act);
  });
}

function whileFaulty(world: World, ms: number, act: () => void): void {
  world.agenda.in(world.chance.between(1, 2 * ms), () => {
    if (!world.faults) return;
    act();
    whileFaulty(world, ms, act);
  });
}
