import type { FastifyInstance } from 'fastify';
import { type Clock, systemClock } from '../../common/clock.js';
import { uuidV7Source } from '../../common/ids.js';
import type { Logger } from '../../common/log.js';
import type { Address } from '../../common/option-parsers.js';
import { DEFAULT_LIMITS } from '../../common/protocol/limits.js';
import type { InstanceInfo } from '../../common/protocol/messages.js';
import { type Random, systemRandom } from '../../common/random.js';
import { addressText, reachableAddress } from './address.js';
import { createBusClient } from './bus-client/bus-client.js';
import { createEngine } from './engine/engine.js';
import { listen } from './http/listen.js';
import { RequestsUnderWay } from './http/requests-under-way.js';
import { closeHttp, createHttp } from './http/server.js';
import { Opened } from './opened.js';
import { openedState } from './opened-state.js';
import { loadScript } from './script.js';
import { DEFAULT_KEYS, Tokens } from './tokens/tokens.js';
import type { Engine, EngineState, ServiceModel } from './types.js';
import { ResumeReader } from './updates/resume-reader.js';
import { UpdateHub } from './updates/update-hub.js';
import { acceptWatchers } from './updates/upgrades.js';

/**
 * One running script, assembled: script and VM, state store, bus client, engine, updates, HTTP. It owns all of them: what fails
 * while it starts, and `stop`, closes every part that was opened, in reverse order.
 */
export interface ServiceOptions {
  /** path of the script */
  readonly script: string;
  readonly bind: Address;
  /** `ws://localhost:8081` */
  readonly server: string;
  /** `embedded:DIR`, `memory`, `redis://…` */
  readonly state: string;
  /** for a bus that asks for one */
  readonly token?: string | undefined;
  /** folder of the key that signs tokens, `./data/keys` if absent; touched when the first token is */
  readonly keys?: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunningService {
  readonly model: ServiceModel;
  /** where it listens; the port is the real one, also if it was asked for 0 */
  readonly address: Address;
  state(): EngineState;
  /** Takes no more requests, answers those it has, finishes what runs, hands the rest over, closes everything. */
  stop(): Promise<void>;
}

/**
 * Resolves when the service listens and has begun to connect; `state()` tells when it is live.
 * @throws ScriptError, StartError
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { log, clock = systemClock, random = systemRandom } = options;
  const newId = uuidV7Source(clock, random);
  const opened = new Opened();
  try {
    const tokens = new Tokens(options.keys ?? DEFAULT_KEYS, clock);
    const { model, vm } = await loadScript({ file: options.script, log, clock, random, tokens });
    opened.push(async () => vm.close());

    const instance: InstanceInfo = describedInstance(newId(), model);
    const store = await openedState(options.state, model.clientType, log);
    const bus = createBusClient({ url: options.server, token: options.token, clock, random, log });
    const reader = new ResumeReader(model, (call) => engine.route(call), newId);
    const updates = new UpdateHub({ reader, log });
    const engine: Engine = createEngine({
      model,
      store,
      bus,
      clock,
      random,
      ids: newId,
      log,
      instance,
      updates,
    });
    const http = createHttp({
      model,
      engine: {
        route: (call) => engine.route(call),
        state: () => engine.state(),
        counters: () => ({ ...engine.counters(), ...updates.counters() }),
      },
      log,
      newId,
      tokens,
    });
    acceptWatchers(http.server, updates);
    pushTogether(opened, engine, updates, http);
    const address = await listen(http, options.bind);
    instance.http_address = addressText(reachableAddress(address));

    await engine.start();
    log.info({ address: addressText(address), version: model.version }, `${model.clientType} listens`);
    return { model, address, state: () => engine.state(), stop: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * How these end: no more requests; what runs is finished and handed over; only then do watchers go, for they resume elsewhere,
 * and what this instance commits after that they would miss. Last the connections, of which the watchers' are some.
 */
function pushTogether(opened: Opened, engine: Engine, updates: UpdateHub, http: FastifyInstance): void {
  const requests = new RequestsUnderWay(http.server);
  let closing = Promise.resolve();
  opened.push(() => closing);
  opened.push(() => updates.close());
  opened.push(() => engine.stop());
  opened.push(async () => {
    closing = closeHttp(http);
    await requests.none();
  });
}

function describedInstance(id: string, { script, version, routes }: ServiceModel): InstanceInfo {
  return {
    id,
    script,
    version,
    routes: routes.slice(0, DEFAULT_LIMITS.routesMax).map(({ method, pattern }) => ({ method, pattern })),
  };
}
