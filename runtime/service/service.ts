import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Clock, systemClock } from '../../common/clock.js';
import { uuidV7Source } from '../../common/ids.js';
import type { Logger } from '../../common/log.js';
import type { Address } from '../../common/option-parsers.js';
import { DEFAULT_LIMITS } from '../../common/protocol/limits.js';
import type { InstanceInfo } from '../../common/protocol/messages.js';
import { type Random, systemRandom } from '../../common/random.js';
import { openState } from '../state/registry.js';
import { addressText, reachableAddress } from './address.js';
import { createBusClient } from './bus-client/bus-client.js';
import { createEngine } from './engine/engine.js';
import { closeHttp, createHttp } from './http/server.js';
import { loadScript } from './script.js';
import { StartError } from './start-error.js';
import type { EngineState, ServiceModel } from './types.js';

/**
 * One running script, assembled: script and VM, state store, bus client, engine, HTTP. It owns all of them: what fails
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
    const { model, vm } = await loadScript({ file: options.script, log, clock, random });
    opened.push(async () => vm.close());

    const instance: InstanceInfo = describedInstance(newId(), model);
    const store = await openedState(options.state, model.clientType, log);
    const bus = createBusClient({ url: options.server, token: options.token, clock, random, log });
    const engine = createEngine({ model, store, bus, clock, random, ids: newId, log, instance });
    opened.push(() => engine.stop());

    const http = createHttp({ model, engine, log, newId });
    opened.push(() => closeHttp(http));
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

/** What has to be closed, in reverse order of its opening. */
class Opened {
  readonly #closers: (() => Promise<void>)[] = [];

  push(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}

function describedInstance(id: string, { script, version, routes }: ServiceModel): InstanceInfo {
  return {
    id,
    script,
    version,
    routes: routes.slice(0, DEFAULT_LIMITS.routesMax).map(({ method, pattern }) => ({ method, pattern })),
  };
}

async function openedState(spec: string, clientType: string, log: Logger) {
  try {
    return await openState(spec, clientType, log);
  } catch (cause) {
    // The spec itself may hold a password.
    throw new StartError(`Cannot open the state store: ${reasonOf(cause)}`, { cause });
  }
}

async function listen(http: FastifyInstance, bind: Address): Promise<Address> {
  try {
    await http.listen(bind);
  } catch (cause) {
    throw new StartError(`Cannot listen on ${addressText(bind)}: ${listenProblem(cause)}`, { cause });
  }
  const { port } = http.server.address() as AddressInfo;
  return { host: bind.host, port };
}

function listenProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'another process listens there already.';
  if (code === 'EACCES') return 'this user may not listen there.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine does not have that address.';
  return reasonOf(cause);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
