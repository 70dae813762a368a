/** A VM over a script given as text, for tests; `close` it, and its folder is gone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createVm } from '../create-vm.js';
import {
  type Budgets,
  type LuaFunction,
  type LuaValue,
  ScriptError,
  type Vm,
  type VmOptions,
} from '../vm.js';

export const BUDGETS: Budgets = {
  instructionsMax: 1_000_000,
  sliceMs: 60_000,
  stringBytesMax: 8 << 20,
  heapBytesMax: 256 << 20,
};

export interface TestScript {
  readonly vm: Vm;
  /** path of the script */
  readonly file: string;
  /** what the script handed to the host with `test.on(name, f)` */
  readonly functions: ReadonlyMap<string, LuaFunction>;
  /** calls the function that the script registered under this name */
  call(name: string, ...args: LuaValue[]): Promise<LuaValue[]>;
  close(): void;
}

export interface TestOptions extends Partial<Omit<VmOptions, 'file' | 'budgets'>> {
  readonly budgets?: Partial<Budgets>;
  /** more files beside the script: path to text */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a script called `script.lua`. */
export async function startScript(source: string, options: TestOptions = {}): Promise<TestScript> {
  const { budgets, files, globals, ...others } = options;
  const folder = mkdtempSync(join(tmpdir(), 'lua-'));
  for (const [path, text] of Object.entries({ ...files, 'script.lua': source })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const functions = new Map<string, LuaFunction>();
  const on = (_context: unknown, name: LuaValue, f: LuaValue): undefined => {
    functions.set(name as string, f as LuaFunction);
  };
  const vm = createVm({
    file: join(folder, 'script.lua'),
    globals: { test: { on }, ...globals },
    now: () => 1_733_333_333_333,
    random: () => 0.5,
    budgets: { ...BUDGETS, ...budgets },
    ...others,
  });
  const close = (): void => {
    vm.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await vm.start('start');
  } catch (error) {
    close();
    throw error;
  }
  return {
    vm,
    file: join(folder, 'script.lua'),
    functions,
    call: (name, ...args) => vm.call(functions.get(name)!, args, 'context'),
    close,
  };
}

/** Runs a text as the body of a handler, once, and returns what it returns. */
export async function runHandler(body: string, options?: TestOptions): Promise<LuaValue[]> {
  const script = await startScript(`test.on("run", function(...) ${body} end)`, options);
  try {
    return await script.call('run');
  } finally {
    script.close();
  }
}

/** The ScriptError that something fails with. */
export async function scriptErrorOf(running: Promise<unknown>): Promise<ScriptError> {
  const error = await running.then(
    (value) => new Error(`it did not fail, it gave ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScriptError)) throw error;
  return error;
}
