import yargs, { type Argv } from 'yargs';
import { flagOf, type Option, type OptionTable, variableOf } from './options.js';

/** What the parser has to know of a command. */
export interface CommandDeclaration {
  /** `event-bus server`: the program and, as the last word, its command. A single command is the program: `superclient`. */
  readonly name: string;
  readonly describe: string;
  readonly options: OptionTable;
}

/** One at least. */
export type Commands<Declaration extends CommandDeclaration> = readonly [Declaration, ...Declaration[]];

/** What the arguments ask for. */
export type Asked<Declaration extends CommandDeclaration> =
  /** `given` has what stood on the command line, by flag */
  | {
      readonly kind: 'command';
      readonly command: Declaration;
      readonly given: Readonly<Record<string, unknown>>;
    }
  /** help or version */
  | { readonly kind: 'text'; readonly text: string }
  /** the usage, and what is wrong */
  | { readonly kind: 'mistake'; readonly text: string };

/** Arguments to a command, by yargs. Nothing is printed and nothing is run. Values stay texts; variables are not looked at. */
export function parseArguments<Declaration extends CommandDeclaration>(
  commands: Commands<Declaration>,
  args: readonly string[],
  version: string,
): Asked<Declaration> {
  let asked: Asked<Declaration> = { kind: 'mistake', text: '' };
  const parser = emptyParser(programOf(commands), version);
  for (const command of commands) {
    parser.command(
      patternOf(command, commands),
      command.describe,
      (builder) => declareOptions(builder, command.options),
      (given) => {
        asked = { kind: 'command', command, given };
      },
    );
  }
  if (commands.length > 1) parser.demandCommand(1, 'Name a command.');
  parser.parse([...args], {}, (error, _given, output) => {
    if (error) asked = { kind: 'mistake', text: output };
    else if (output !== '') asked = { kind: 'text', text: output };
  });
  return asked;
}

/** The help of a command. */
export function usageOf<Declaration extends CommandDeclaration>(
  command: Declaration,
  commands: Commands<Declaration>,
): string {
  const asked = parseArguments(commands, [...wordOf(command, commands), '--help'], '');
  return asked.kind === 'text' ? asked.text : '';
}

export function programOf<Declaration extends CommandDeclaration>(commands: Commands<Declaration>): string {
  const { name } = commands[0];
  return commands.length === 1 ? name : name.slice(0, name.lastIndexOf(' '));
}

/** The word that asks for the command; none for a single one. */
function wordOf<Declaration extends CommandDeclaration>(
  { name }: Declaration,
  commands: Commands<Declaration>,
): string[] {
  return commands.length === 1 ? [] : name.split(' ').slice(-1);
}

/** As yargs wants it: `server`, or `$0 [script]` for a single command. */
function patternOf<Declaration extends CommandDeclaration>(
  command: Declaration,
  commands: Commands<Declaration>,
): string {
  const positionals = Object.entries(command.options)
    .filter(([, option]) => option.positional)
    .map(([name]) => `[${flagOf(name)}]`);
  return [wordOf(command, commands)[0] ?? '$0', ...positionals].join(' ');
}

function emptyParser(program: string, version: string): Argv {
  return yargs()
    .scriptName(program)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .locale('en')
    .wrap(WIDTH)
    .exitProcess(false)
    .strict()
    .alias('h', 'help')
    .version(version);
}

const WIDTH = 110;

function declareOptions(builder: Argv, options: OptionTable): Argv {
  for (const [name, option] of Object.entries(options)) {
    const { alias, choices, flag } = option;
    builder.option(flagOf(name), {
      describe: helpOf(name, option),
      ...(alias !== undefined && { alias }),
      ...(choices !== undefined && { choices: [...choices] }),
      ...(option.default !== undefined && { defaultDescription: option.default }),
      ...(flag ? { type: 'boolean' } : { type: 'string', requiresArg: true }),
    });
  }
  return builder;
}

function helpOf(name: string, option: Option): string {
  return `${option.describe}${option.required ? ' (required)' : ''} [${variableOf(name, option)}]`;
}
