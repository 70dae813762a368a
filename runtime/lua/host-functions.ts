/** Host functions as Lua functions: arguments out, result in, errors and waits in between. */
import { ConversionError } from './conversion.js';
import { internals, pushValue, TYPE } from './engine.js';
import { raise } from './errors.js';
import type { LuaCFunction, State, Table } from './fengari-types.js';
import { Kill } from './kill.js';
import type { Runner } from './runner.js';
import type { ValuesIn } from './values-in.js';
import type { ValuesOut } from './values-out.js';
import { HostError, type HostFunction, type LuaValue, Results } from './vm.js';

export class HostFunctions {
  constructor(
    private readonly runner: Runner,
    private readonly valuesIn: ValuesIn,
    private readonly valuesOut: ValuesOut,
  ) {}

  /** A table of host functions, e.g. `bus`. Its functions drop a first argument that is the table itself. */
  table(L: State, name: string, functions: Readonly<Record<string, HostFunction>>): Table {
    const table = internals.newTable(L);
    for (const [key, host] of Object.entries(functions)) {
      const lcf = new internals.TValue(TYPE.LUA_TLCF, this.#luaFunction(`${name}:${key}`, host, table));
      internals.set(L, table, this.valuesIn.convert(key), lcf);
    }
    return table;
  }

  #luaFunction(name: string, host: HostFunction, self: Table): LuaCFunction {
    const goOn = (L: State): number => {
      const { outcome } = this.runner.current;
      if (outcome === null) throw new Error('woken without an outcome');
      return outcome.ok ? this.#results(L, name, outcome.value) : this.#fail(L, outcome.error);
    };
    return (L) => {
      const args = this.#args(L, name, self);
      let result: ReturnType<HostFunction>;
      try {
        result = host(this.runner.current.context, ...args);
      } catch (error) {
        return this.#fail(L, error);
      }
      return result instanceof Promise
        ? this.runner.wait(L, result, name, goOn)
        : this.#results(L, name, result);
    };
  }

  #args(L: State, name: string, self: Table): LuaValue[] {
    let first = L.ci.funcOff + 1;
    if (first < L.top && L.stack[first]!.value === self) first += 1;
    const args: LuaValue[] = [];
    try {
      for (let index = first; index < L.top; index++) args.push(this.valuesOut.convert(L.stack[index]!));
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      raise(L, `${name}: argument ${args.length + 1}: ${error.message}`, 'conversion');
    }
    return args;
  }

  #results(L: State, name: string, result: LuaValue | Results): number {
    try {
      if (!(result instanceof Results)) {
        if (result === undefined) return 0;
        pushValue(L, this.valuesIn.convert(result));
        return 1;
      }
      for (const value of result.values) pushValue(L, this.valuesIn.convert(value));
      return result.values.length;
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      return raise(L, `${name}: its result: ${error.message}`, 'conversion');
    }
  }

  /** The script's mistake goes to the script; anything else ends the task: Abort, or a fault of the host. */
  #fail(L: State, error: unknown): never {
    if (error instanceof HostError) raise(L, error.message);
    throw new Kill(error);
  }
}
