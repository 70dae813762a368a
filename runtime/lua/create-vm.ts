/** One script in one Lua state: puts the parts of this folder together and offers them as `Vm`. */
import { FunctionHandle } from './conversion.js';
import { coroutineFunctions } from './coroutines.js';
import { internals, lauxlib, lua, TYPE, text } from './engine.js';
import type { LuaCFunction, State, TValue } from './fengari-types.js';
import { HostFunctions } from './host-functions.js';
import { jsonFunctions, nullMetatable } from './json-library.js';
import { loadScript, moduleFunctions } from './modules.js';
import { numberFunctions } from './number-functions.js';
import { osFunctions } from './os-library.js';
import { randomFunctions } from './random-functions.js';
import { Runner } from './runner.js';
import { Sandbox } from './sandbox.js';
import { ValuesIn } from './values-in.js';
import { ValuesOut } from './values-out.js';
import { type Context, type LuaFunction, type LuaValue, ScriptError, type Vm, type VmOptions } from './vm.js';

export function createVm(options: VmOptions): Vm {
  return new FengariVm(options);
}

class FengariVm implements Vm {
  readonly #main: State = lauxlib.luaL_newstate();
  readonly #valuesIn: ValuesIn;
  readonly #runner: Runner;
  readonly #sandbox: Sandbox;

  constructor(private readonly options: VmOptions) {
    const main = this.#main;
    const jsonNull = new internals.TValue(
      TYPE.LUA_TUSERDATA,
      internals.newUserdata(main, nullMetatable(main)),
    );
    this.#valuesIn = new ValuesIn(main, jsonNull);
    const valuesOut = new ValuesOut(main, jsonNull);
    this.#runner = new Runner(main, options.budgets, valuesOut);
    this.#sandbox = new Sandbox(main);
    this.#addLibraries(jsonNull, valuesOut);
    this.#addHostGlobals(new HostFunctions(this.#runner, this.#valuesIn, valuesOut));
    this.#sandbox.forbid();
  }

  async start(context: Context): Promise<void> {
    loadScript(this.#main, this.options.file);
    const { type, value } = this.#main.stack[this.#main.top - 1]!;
    lua.lua_settop(this.#main, 0);
    await this.#runner.run(new internals.TValue(type, value), [], context);
    this.#sandbox.freeze();
  }

  async call(fn: LuaFunction, args: readonly LuaValue[], context: Context): Promise<LuaValue[]> {
    if (!(fn instanceof FunctionHandle)) throw new Error('not a function of this VM');
    return this.#runner.run(fn.closure(), this.#converted(fn, args), context);
  }

  running(): readonly { readonly where: string; readonly traceback: string }[] {
    return this.#runner.running();
  }

  close(): void {
    this.#runner.close();
  }

  #converted(fn: LuaFunction, args: readonly LuaValue[]): TValue[] {
    try {
      return args.map((arg) => this.#valuesIn.convert(arg));
    } catch (error) {
      const message = `${fn.where}: an argument for the function: ${(error as Error).message}`;
      throw new ScriptError({ kind: 'conversion', message, traceback: '' });
    }
  }

  #addLibraries(jsonNull: TValue, valuesOut: ValuesOut): void {
    const { file, now, random } = this.options;
    const sandbox = this.#sandbox;
    const json = internals.newTable(this.#main);
    sandbox.add('json', json);
    sandbox.set(json, 'null', jsonNull);
    sandbox.addFunctions('json', jsonFunctions(json, this.#valuesIn, valuesOut));
    sandbox.addFunctions('coroutine', coroutineFunctions(this.#runner));
    sandbox.addFunctions('math', randomFunctions(random));
    sandbox.addFunctions(
      'os',
      osFunctions(() => now(this.#runner.current.context)),
    );
    sandbox.addFunctions('_G', { ...moduleFunctions(file), ...numberFunctions(sandbox), print: this.#print });
  }

  #addHostGlobals(hostFunctions: HostFunctions): void {
    for (const [name, value] of Object.entries(this.options.globals)) {
      if (typeof value === 'object') this.#sandbox.add(name, hostFunctions.table(this.#main, name, value));
      else this.#sandbox.set(this.#sandbox.globals, name, this.#valuesIn.convert(value));
    }
  }

  /** `print` goes to the host, as one line, its values separated by tabs. */
  #print: LuaCFunction = (L) => {
    const count = lua.lua_gettop(L);
    const parts: string[] = [];
    for (let index = 1; index <= count; index++) {
      parts.push(text(lauxlib.luaL_tolstring(L, index)));
      lua.lua_pop(L, 1);
    }
    this.options.print?.(this.#runner.current.context, parts.join('\t'));
    return 0;
  };
}
