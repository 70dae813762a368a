import { access, constants } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import type { Random } from '../../common/random.js';
import { handlerOf, startContext } from '../api/context.js';
import { Declarations } from '../api/declarations.js';
import { scriptGlobals } from '../api/globals.js';
import { logLine } from '../api/log.js';
import type { TokenPort } from '../api/tokens.js';
import { createVm } from '../lua/create-vm.js';
import type { Budgets, Vm } from '../lua/vm.js';
import { buildModel } from './model.js';
import { scriptVersion } from './script-version.js';
import { StartError } from './start-error.js';
import type { ServiceModel } from './types.js';

/** A script that has run its top level: what it declared, and the VM in which its handlers run. */
export interface LoadedScript {
  readonly model: ServiceModel;
  /** the owner closes it when no handler runs any more */
  readonly vm: Vm;
}

export interface ScriptOptions {
  /** path of the script */
  readonly file: string;
  /** for the script's own lines (`log:info`) and for warnings about the script */
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly tokens: TokenPort;
  readonly budgets?: Budgets;
}

/** A handler that needs more than this is a mistake; while it computes, every other lane of the service stands still. */
export const DEFAULT_BUDGETS: Budgets = {
  /** about 0.4 s of computing */
  instructionsMax: 10_000_000,
  sliceMs: 1000,
  stringBytesMax: 16 * 1024 * 1024,
  heapBytesMax: 256 * 1024 * 1024,
};

/**
 * Runs the top level of a script and builds its model.
 * @throws ScriptError (file and line) for a mistake in the script; StartError if it cannot be read or never registers
 */
export async function loadScript(options: ScriptOptions): Promise<LoadedScript> {
  const file = resolve(options.file);
  await access(file, constants.R_OK).catch((cause: unknown) => {
    throw new StartError(`Cannot read the script ${options.file}.`, { cause });
  });
  const declarations = new Declarations((message) => options.log.warn(message));
  const vm = createVm({
    file,
    globals: scriptGlobals(declarations, options.log, options.tokens),
    now: (context) => handlerOf(context).now,
    random: () => options.random.next(),
    print: (context, text) => logLine(options.log, 'info', context, [text]),
    budgets: options.budgets ?? DEFAULT_BUDGETS,
  });
  try {
    await vm.start(startContext(options.clock.now()));
    declarations.close();
    const script = { name: basename(file), version: await scriptVersion(file) };
    return { model: buildModel(declarations, registered(declarations, script.name), vm, script), vm };
  } catch (error) {
    vm.close();
    throw error;
  }
}

function registered({ clientType }: Declarations, script: string): string {
  if (clientType === undefined)
    throw new StartError(
      `${script}: the script never calls bus:register; begin it with bus:register("…"), the client type of the service.`,
    );
  return clientType;
}
