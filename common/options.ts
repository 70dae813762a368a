import { LOG_LEVELS } from './log-level.js';

/**
 * Options declared once. From a table like
 *
 *     { bind: { alias: 'b', default: 'localhost:8081', describe: 'address to listen on', parse: parseAddress } }
 *
 * follow the flag (`--bind`, `-b`), the environment variable (`AUTOKRATOR_BIND`), the line of the help text and the type of the
 * value. Names are written in camel case: `flushDelay` is `--flush-delay` and `AUTOKRATOR_FLUSH_DELAY`.
 * A flag goes before the environment, the environment before the default. All three are parsed by the same function.
 */
export interface Option {
  /** what it does, without a full stop */
  readonly describe: string;
  /** one letter */
  readonly alias?: string;
  /** as a user would write it; may be empty. Without it, an option that is not given is undefined (a flag: false). */
  readonly default?: string;
  /** not given is a mistake */
  readonly required?: true;
  /** the value may also stand alone, without the flag */
  readonly positional?: true;
  /** takes no value and has no default; its value is true or false */
  readonly flag?: true;
  readonly choices?: readonly string[];
  /** text to value; throws an Error that says what the value must be. Without it the value is the text. */
  readonly parse?: (text: string) => unknown;
  /** its variable, where the one made from the name does not do */
  readonly env?: string;
}

export type OptionTable = Readonly<Record<string, Option>>;

type Parsed<O extends Option> = O extends { flag: true }
  ? boolean
  : O extends { parse: (text: string) => infer Value }
    ? Value
    : O extends { choices: readonly (infer Choice)[] }
      ? Choice
      : string;

type Always = { default: string } | { required: true } | { flag: true };

/** What a command gets: a value per option, undefined where none was given and there is no default. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Always
    ? Parsed<Table[Name]>
    : Parsed<Table[Name]> | undefined;
};

/** Every process has it, under this name. */
export const logLevel = {
  alias: 'l',
  choices: LOG_LEVELS,
  default: 'info',
  describe: 'how much is logged',
} as const satisfies Option;

/** A value that cannot be used; the message names the flag or the variable and says what is due. */
export class OptionError extends Error {}

/** `flushDelay` → `flush-delay` */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export function variableOf(name: string, option: Option): string {
  return option.env ?? `AUTOKRATOR_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;
}

/**
 * The values of a table's options. `given` has what stood on the command line, by flag.
 * @throws OptionError for the first value that is missing or wrong
 */
export function optionValues<Table extends OptionTable>(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): OptionValues<Table> {
  const values = Object.entries(table).map(([name, option]) => [
    name,
    optionValue(name, option, given, environment),
  ]);
  return Object.fromEntries(values) as OptionValues<Table>;
}

function optionValue(
  name: string,
  option: Option,
  given: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): unknown {
  const flag = flagOf(name);
  const variable = variableOf(name, option);
  if (given[flag] !== undefined) return parsed(`--${flag}`, option, String(given[flag]));
  // An empty variable is how a compose file says "not set".
  if (environment[variable]) return parsed(variable, option, environment[variable]);
  if (option.required) throw new OptionError(`--${flag}: is missing`);
  if (option.default === undefined) return option.flag ? false : undefined;
  return option.parse === undefined ? option.default : option.parse(option.default);
}

function parsed(source: string, option: Option, text: string): unknown {
  if (option.flag) return parsedFlag(source, text);
  if (text === '') throw new OptionError(`${source}: needs a value`);
  if (option.choices !== undefined && !option.choices.includes(text)) {
    throw new OptionError(`${source}: must be one of ${option.choices.join(', ')}`);
  }
  if (option.parse === undefined) return text;
  try {
    return option.parse(text);
  } catch (error) {
    throw new OptionError(`${source}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parsedFlag(source: string, text: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new OptionError(`${source}: must be true or false`);
}
