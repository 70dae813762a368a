/**
 * Host values to Lua values, by the rules of vm.ts. Objects and arrays are converted one level at a time, when the script
 * looks into them; the host must not change them afterwards.
 */
import { ConversionError, FunctionHandle, KIND } from './conversion.js';
import { bytes, internals, TYPE } from './engine.js';
import type { Bytes, State, Table, TableSource, TValue } from './fengari-types.js';
import type { LuaValue } from './vm.js';

export type Document = LuaValue[] | { [name: string]: LuaValue };

/** Names of fields repeat: their Lua strings are kept, up to this many. */
const NAMES_MAX = 10_000;

/** A document that nobody has looked into yet, and where it stands in its parent. */
export class DocumentSource implements TableSource {
  constructor(
    private readonly values: ValuesIn,
    readonly document: Document,
    private readonly parent: DocumentSource | null,
    private readonly step: string | number,
  ) {}

  fill(table: Table): void {
    try {
      this.values.fill(table, this);
    } catch (error) {
      table.source = this; // a script that caught the error must not find half a document
      throw error;
    }
  }

  /** the way to the item `step` of this document */
  trail(step: string | number): (string | number)[] {
    return this.parent === null ? [step] : [...this.parent.trail(this.step), step];
  }
}

export class ValuesIn {
  readonly #names = new Map<string, TValue>();

  constructor(
    /** any coroutine of the VM */
    private readonly L: State,
    /** the value `json.null` */
    private readonly jsonNull: TValue,
  ) {}

  /** @throws ConversionError: at once for a plain value, inside a document when the script looks */
  convert(value: LuaValue): TValue {
    return this.#convert(value, null, '');
  }

  fill(table: Table, source: DocumentSource): void {
    const { document } = source;
    if (Array.isArray(document)) {
      this.L.l_G.fuel -= document.length;
      for (let index = 0; index < document.length; index++) {
        const item = document[index];
        const absent = item === null || item === undefined;
        internals.setAt(table, index + 1, absent ? this.jsonNull : this.#convert(item, source, index + 1));
      }
      return;
    }
    const names = Object.keys(document);
    this.L.l_G.fuel -= names.length;
    for (const name of names) {
      const item = document[name];
      if (item === null || item === undefined) continue;
      internals.set(this.L, table, this.#name(name, source), this.#convert(item, source, name));
    }
  }

  #convert(value: LuaValue, parent: DocumentSource | null, step: string | number): TValue {
    const refuse = (problem: string): never => {
      throw new ConversionError(parent === null ? [] : parent.trail(step), problem);
    };
    switch (typeof value) {
      case 'string':
        this.L.l_G.fuel -= value.length >> 8; // as much as if the script had made it
        return new internals.TValue(
          TYPE.LUA_TLNGSTR,
          new internals.TString(this.L, encoded(value) ?? refuse('the text is not valid Unicode')),
        );
      case 'number':
        if (Number.isSafeInteger(value)) return new internals.TValue(TYPE.LUA_TNUMINT, value + 0); // + 0: no -0
        if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER))
          return refuse(`the number ${value} is outside ±(2^53-1)`);
        return new internals.TValue(TYPE.LUA_TNUMFLT, value);
      case 'boolean':
        return new internals.TValue(TYPE.LUA_TBOOLEAN, value);
      case 'undefined':
        return new internals.TValue(TYPE.LUA_TNIL, null);
      case 'object':
        if (value === null) return new internals.TValue(TYPE.LUA_TNIL, null);
        if (value instanceof FunctionHandle) return value.closure();
        return new internals.TValue(TYPE.LUA_TTABLE, this.#table(value as Document, parent, step));
      default:
        return refuse(`a ${typeof value} of the host cannot enter Lua`);
    }
  }

  #table(document: Document, parent: DocumentSource | null, step: string | number): Table {
    const table = internals.newTable(this.L);
    table.kind = Array.isArray(document) ? KIND.array : KIND.object;
    table.source = new DocumentSource(this, document, parent, step);
    return table;
  }

  #name(name: string, parent: DocumentSource): TValue {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const name8 = encoded(name);
    if (name8 === undefined) throw new ConversionError(parent.trail(name), 'the name is not valid Unicode');
    const string = new internals.TString(this.L, name8);
    string.text = name;
    const value = new internals.TValue(TYPE.LUA_TLNGSTR, string);
    if (this.#names.size < NAMES_MAX) this.#names.set(name, value);
    return value;
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** UTF-8, or undefined for half a surrogate pair. Plain ASCII, the usual case, is copied by hand: faster when short. */
function encoded(text: string): Bytes | undefined {
  if (text.length <= 48) {
    const ascii = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return LONE_SURROGATE.test(text) ? undefined : bytes(text);
      ascii[at] = code;
    }
    return ascii;
  }
  return LONE_SURROGATE.test(text) ? undefined : bytes(text);
}
