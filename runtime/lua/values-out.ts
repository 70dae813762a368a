/**
 * Lua values to host values, by the rules of vm.ts. A document that the script did not look into leaves as the very object
 * that came in. Every value on the way costs fuel, as often as it is met: a table that holds another one twice leaves as two,
 * so a few tables can stand for more values than there is memory. For the same reason a value has no more text in all than one
 * string may have: written as JSON it would be one.
 */
import { JSON_DEPTH_MAX } from '../../common/json.js';
import { ConversionError, definition, FunctionHandle, isFunction, KIND } from './conversion.js';
import { internals, TYPE } from './engine.js';
import type { State, Table, TString, TValue } from './fengari-types.js';
import { type Document, DocumentSource } from './values-in.js';
import type { LuaValue } from './vm.js';

type Trail = (string | number)[];

export class ValuesOut {
  /** bytes of text that the value on its way may still have */
  #textLeft = 0;

  constructor(
    /** any coroutine of the VM */
    private readonly L: State,
    /** the value `json.null` */
    private readonly jsonNull: TValue,
  ) {}

  /** A direct argument or result: a function becomes a handle. @throws ConversionError */
  convert(value: TValue): LuaValue {
    return isFunction(value) ? new FunctionHandle(value, definition(value)) : this.json(value);
  }

  /** As `convert`, without functions. */
  json(value: TValue): LuaValue {
    this.#textLeft = this.L.l_G.stringmax;
    return this.#json(value, []);
  }

  #json(value: TValue, trail: Trail): LuaValue {
    internals.charge(this.L, 1);
    switch (value.type) {
      case TYPE.LUA_TNIL:
        return undefined;
      case TYPE.LUA_TBOOLEAN:
        return value.value as boolean;
      case TYPE.LUA_TNUMINT:
        return value.value as number;
      case TYPE.LUA_TNUMFLT:
        return finite(value.value as number, trail);
      case TYPE.LUA_TLNGSTR:
        return this.#text(value.value as TString, trail);
      case TYPE.LUA_TTABLE:
        return this.#document(value.value as Table, trail);
      default:
        if (value.value === this.jsonNull.value) return null;
        throw new ConversionError(trail, `a ${typeName(value)} cannot leave Lua`);
    }
  }

  #document(table: Table, trail: Trail): Document {
    if (trail.length >= JSON_DEPTH_MAX)
      throw new ConversionError(trail, `nested deeper than ${JSON_DEPTH_MAX} levels, or a cycle`);
    if (table.source instanceof DocumentSource) return this.#untouched(table.source.document, trail);
    const first = table.f;
    if (first === undefined) return table.kind === KIND.object ? {} : [];
    return first.key.type === TYPE.LUA_TLNGSTR ? this.#object(table, trail) : this.#array(table, trail);
  }

  #object(table: Table, trail: Trail): Document {
    const object: { [name: string]: LuaValue } = {};
    for (let entry = table.f; entry !== undefined; entry = entry.n) {
      if (entry.key.type !== TYPE.LUA_TLNGSTR) throw this.#mixed(table, trail);
      const name = this.#text(entry.key.value as TString, trail);
      trail.push(name);
      const value = this.#json(entry.value, trail);
      trail.pop();
      if (name === '__proto__')
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      else object[name] = value;
    }
    return object;
  }

  #array(table: Table, trail: Trail): Document {
    const length = table.strong.size;
    const array = new Array<LuaValue>(length);
    for (let entry = table.f; entry !== undefined; entry = entry.n) {
      const index = entry.key.value;
      if (entry.key.type !== TYPE.LUA_TNUMINT || typeof index !== 'number') throw this.#mixed(table, trail);
      if (index < 1 || index > length) throw this.#holes(table, trail);
      trail.push(index);
      array[index - 1] = this.#json(entry.value, trail);
      trail.pop();
    }
    return array;
  }

  #text(string: TString, trail: Trail): string {
    this.#weigh(string.realstring.length);
    return decoded(string, trail);
  }

  /** The document as it came in, if it is not too deep where it now stands. */
  #untouched(document: Document, trail: Trail): Document {
    if (this.#deeperThan(document, JSON_DEPTH_MAX - trail.length))
      throw new ConversionError(trail, `nested deeper than ${JSON_DEPTH_MAX} levels`);
    return document;
  }

  #deeperThan(value: LuaValue, levels: number): boolean {
    internals.charge(this.L, 1);
    if (typeof value === 'string') this.#weigh(value.length);
    if (value === null || typeof value !== 'object') return false;
    if (levels === 0) return true;
    if (Array.isArray(value)) return value.some((item) => this.#deeperThan(item, levels - 1));
    return Object.entries(value).some(([name, item]) => {
      this.#weigh(name.length);
      return this.#deeperThan(item, levels - 1);
    });
  }

  /** Counts a text, which costs as much as if the script had made it. */
  #weigh(length: number): void {
    const { stringmax } = this.L.l_G;
    this.#textLeft -= length;
    if (this.#textLeft < 0) this.L.l_G.toolong(this.L, stringmax - this.#textLeft);
    internals.charge(this.L, length >> 8);
  }

  /** Says which two kinds of keys a table mixes, or which key is neither a text nor an index. */
  #mixed(table: Table, trail: Trail): ConversionError {
    internals.charge(this.L, table.strong.size);
    for (let entry = table.f; entry !== undefined; entry = entry.n) {
      if (!isText(entry.key) && entry.key.type !== TYPE.LUA_TNUMINT)
        return new ConversionError(trail, `a table with a ${typeName(entry.key)} as key cannot leave Lua`);
    }
    return new ConversionError(trail, 'a table with both texts and numbers as keys cannot leave Lua');
  }

  /** Says which index is missing. */
  #holes(table: Table, trail: Trail): ConversionError {
    internals.charge(this.L, table.strong.size);
    for (let entry = table.f; entry !== undefined; entry = entry.n) {
      if (entry.key.type !== TYPE.LUA_TNUMINT) return this.#mixed(table, trail);
    }
    let missing = 1;
    while (table.strong.has(missing)) missing += 1;
    return new ConversionError(
      trail,
      `an array with a hole (there is no [${missing}]) cannot leave Lua; json.null may stand there, or use texts as keys`,
    );
  }
}

/** A number that other services can read: see parseJsonExact. */
function finite(number: number, trail: Trail): number {
  if (!Number.isFinite(number))
    throw new ConversionError(trail, `the number ${luaText(number)} cannot leave Lua`);
  if (Math.abs(number) > Number.MAX_SAFE_INTEGER)
    throw new ConversionError(trail, `the number ${luaText(number)} is outside ±(2^53-1)`);
  return number + 0; // + 0: no -0
}

function luaText(number: number): string {
  if (Number.isNaN(number)) return 'nan';
  return String(number).replace('Infinity', 'inf');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(string: TString, trail: Trail): string {
  if (string.text === null) {
    try {
      string.text = ascii(string.realstring) ?? utf8.decode(string.realstring);
    } catch {
      throw new ConversionError(trail, 'the text is not UTF-8');
    }
  }
  return string.text;
}

/** Short plain ASCII is faster by hand. */
function ascii(bytes: Uint8Array): string | undefined {
  if (bytes.length > 48) return undefined;
  let text = '';
  for (const code of bytes) {
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}

const isText = (value: TValue): boolean => value.type === TYPE.LUA_TLNGSTR;

function typeName(value: TValue): string {
  switch (value.type) {
    case TYPE.LUA_TBOOLEAN:
      return 'boolean';
    case TYPE.LUA_TNUMFLT:
      return 'fraction';
    case TYPE.LUA_TTABLE:
      return 'table';
    case TYPE.LUA_TTHREAD:
      return 'coroutine';
    default:
      return isFunction(value) ? 'function' : 'userdata';
  }
}
