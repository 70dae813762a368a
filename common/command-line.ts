import yargs, { type Argv } from 'yargs';
import {
  flagOf,
  type Option,
  OptionError,
  type OptionTable,
  type OptionValues,
  optionValues,
  variableOf,
} from './options.js';

/**
 * The command line of a process: commands with their option tables. An unknown option, an unknown command or a wrong value ends in
 * the usage, a line that says what is wrong, and exit code 2, before a command has done anything.
 */
export interface Command {
  /** `event-bus server`: the program and its command; or only the program, if it has no commands */
  readonly name: string;
  readonly describe: string;
  readonly options: OptionTable;
  /** @throws OptionError if an option cannot be used; nothing has been done then */
  prepare(
    given: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string | undefined>>,
  ): () => Promise<void> | void;
}

export function command<const Table extends OptionTable>(
  name: string,
  definition: {
    readonly describe: string;
    readonly options: Table;
    /** does it; the process's exit code is 0 when it has resolved */
    readonly run: (values: OptionValues<Table>) => Promise<void> | void;
  },
): Command {
  const { describe, options, run } = definition;
  return {
    name,
    describe,
    options,
    prepare(given, environment) {
      const values = optionValues(options, given, environment);
      return () => run(values);
    },
  };
}

/** A failure that its message explains: told in one line, exit code 1. Every other error is a mistake of ours and keeps its stack. */
export class CommandFailure extends Error {}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

export interface CommandLineSurroundings {
  readonly version: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** help and version */
  readonly out?: (text: string) => void;
  /** what went wrong */
  readonly complain?: (text: string) => void;
}

/** Runs what the arguments ask for. Resolves to the exit code when the command has resolved. */
export async function runCommandLine(
  commands: readonly [Command, ...Command[]],
  surroundings: CommandLineSurroundings,
): Promise<number> {
  const {
    args = process.argv.slice(2),
    environment = process.env,
    out = (text) => process.stdout.write(`${text}\n`),
    complain = (text) => process.stderr.write(`${text}\n`),
  } = surroundings;
  const asked = parse(commands, args, surroundings.version);
  if (asked.kind === 'mistake') return complained(complain, asked.text);
  if (asked.kind === 'text') {
    out(asked.text);
    return 0;
  }
  let run: () => Promise<void> | void;
  try {
    run = asked.command.prepare(asked.given, environment);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const usage = parse(commands, [...subcommandOf(asked.command), '--help'], surroundings.version);
    return complained(complain, `${usage.kind === 'text' ? usage.text : ''}\n\n${error.message}`);
  }
  try {
    await run();
    return 0;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    complain(`${programOf(commands)}: ${error.message}`);
    return EXIT_FAILURE;
  }
}

function complained(complain: (text: string) => void, text: string): number {
  complain(text);
  return EXIT_USAGE;
}

type Asked =
  | { readonly kind: 'command'; readonly command: Command; readonly given: Readonly<Record<string, unknown>> }
  /** help or version */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mistake'; readonly text: string };

function parse(commands: readonly [Command, ...Command[]], args: readonly string[], version: string): Asked {
  let asked: Asked = { kind: 'mistake', text: '' };
  const parser = emptyParser(programOf(commands), version);
  for (const command of commands) {
    parser.command(
      usageOf(command),
      command.describe,
      (builder) => declare(builder, command.options),
      (given) => {
        asked = { kind: 'command', command, given };
      },
    );
  }
  if (commands.every((command) => subcommandOf(command).length > 0))
    parser.demandCommand(1, 'Name a command.');
  parser.parse([...args], {}, (error, _given, output) => {
    if (error) asked = { kind: 'mistake', text: output };
    else if (output !== '') asked = { kind: 'text', text: output };
  });
  return asked;
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
    .wrap(100)
    .exitProcess(false)
    .strict()
    .alias('h', 'help')
    .version(version);
}

function declare(builder: Argv, options: OptionTable): Argv {
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

function programOf([first]: readonly [Command, ...Command[]]): string {
  return first.name.split(' ')[0]!;
}

function subcommandOf({ name }: Command): string[] {
  return name.split(' ').slice(1);
}

/** As yargs wants it: `server`, or `$0 [script]` for a program without commands. */
function usageOf(command: Command): string {
  const positionals = Object.entries(command.options)
    .filter(([, option]) => option.positional)
    .map(([name]) => `[${flagOf(name)}]`);
  return [subcommandOf(command)[0] ?? '$0', ...positionals].join(' ');
}
