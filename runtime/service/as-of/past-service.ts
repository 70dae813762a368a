import { systemClock } from '../../../common/clock.js';
import { uuidV7Source } from '../../../common/ids.js';
import type { Logger } from '../../../common/log.js';
import type { Address } from '../../../common/option-parsers.js';
import type { PointInLog } from '../../../common/point-in-log.js';
import { systemRandom } from '../../../common/random.js';
import type { StateStore } from '../../state/state-store.js';
import { createBusClient } from '../bus-client/bus-client.js';
import { subscribedTypes } from '../engine/subscriptions.js';
import { listen } from '../http/listen.js';
import { closeHttp, createHttp } from '../http/server.js';
import { Opened } from '../opened.js';
import { openedState } from '../opened-state.js';
import { DEFAULT_BUDGETS, loadScript } from '../script.js';
import { StartError } from '../start-error.js';
import { Tokens } from '../tokens/tokens.js';
import type { EngineState, ServiceModel } from '../types.js';
import { Fold, type PastPoint } from './fold.js';
import { LogReader } from './log-reader.js';
import { NoSuchPoint } from './no-such-point.js';
import { PastClock } from './past-clock.js';
import { PastEngine } from './past-engine.js';
import { readOnly } from './read-only.js';

export interface PastOptions {
  /** path of the script */
  readonly script: string;
  readonly point: PointInLog;
  /** `ws://localhost:8081` */
  readonly server: string;
  /** `memory`, `embedded:DIR`, `redis://…`; must be empty */
  readonly state: string;
  readonly token?: string | undefined;
  /** folder of the key that signs tokens */
  readonly keys: string;
  readonly log: Logger;
}

/** A service's state on its way to a point of the log. */
export interface PastState {
  readonly model: ServiceModel;
  state(): EngineState;
  /** Resolves when the state is built. @throws NoSuchPoint, StartError, Error */
  readonly built: Promise<PastPoint>;
  stop(): Promise<void>;
}

export interface PastService extends PastState {
  readonly address: Address;
}

/** What a slow machine may take for a slice of a handler: here the time must not decide what the state is. */
const BUDGETS = { ...DEFAULT_BUDGETS, sliceMs: 10_000 };

/**
 * `--until`: builds the state as it was, and leaves it in its store.
 * @throws ScriptError, StartError
 */
export async function buildPastState(options: PastOptions): Promise<PastState> {
  const { model, engine, built, opened } = await begun(options);
  return { model, state: () => engine.state(), built, stop: () => opened.close() };
}

/**
 * `--as-of`: builds the state as it was, and answers the script's GET routes from it. Resolves when it listens; until the state is
 * built, it answers as a service does that rebuilds.
 * @throws ScriptError, StartError
 */
export async function startPastService(
  options: PastOptions & { readonly bind: Address },
): Promise<PastService> {
  const { model, engine, built, opened, newId, tokens } = await begun(options);
  try {
    const http = createHttp({ model, engine, log: options.log, newId, tokens });
    readOnly(http, () => engine.point);
    opened.push(() => closeHttp(http));
    const address = await listen(http, options.bind);
    return { model, address, state: () => engine.state(), built, stop: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function begun({ script, point, server, state, token, keys, log }: PastOptions) {
  if (point.kind === 'time' && point.time > systemClock.now())
    throw new NoSuchPoint('The time lies in the future.');
  const opened = new Opened();
  const clock = new PastClock();
  const newId = uuidV7Source(systemClock, systemRandom);
  try {
    const surroundings = { log, clock: systemClock, random: systemRandom };
    const tokens = new Tokens(keys, systemClock);
    const { model, vm } = await loadScript({ file: script, ...surroundings, tokens, budgets: BUDGETS });
    opened.push(async () => vm.close());
    const store = await openedState(state, model.clientType, log, clock);
    opened.push(() => store.close());
    if (!(await isEmpty(store)))
      throw new StartError('The state store is not empty. The state as it was needs a place of its own.');
    const bus = createBusClient({ url: server, token, reader: true, ...surroundings });
    const reader = new LogReader(bus, model.clientType, subscribedTypes(model));
    reader.open();
    opened.push(() => reader.close());
    const fold = new Fold({ model, store, reader, clock, log }, point);
    const engine = new PastEngine({ store, clock, fold, log, newId });
    const built = fold.run().then(async (reached) => {
      // From here on nothing more is wanted of the bus.
      await reader.close();
      engine.point = reached;
      log.info({ ...reached }, `${model.clientType} is as it was`);
      return reached;
    });
    // Whoever waits for it is told; nobody has to.
    built.catch(() => {});
    return { model, engine, built, opened, newId, tokens };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Whoever has made a state has left something about it in `meta`. */
async function isEmpty(store: StateStore): Promise<boolean> {
  return (await store.scan('meta', undefined, 1)).length === 0;
}
