import {
  type CommandDeclaration,
  type Commands,
  parseArguments,
  programOf,
  usageOf,
} from './command-parser.js';
import { OptionError, type OptionTable, type OptionValues, optionValues } from './options.js';

/**
 * The command line of a process: commands with their option tables. An unknown option, an unknown command or a wrong value ends in
 * the usage, a line that says what is wrong, and exit code 2, before a command has done anything.
 */
export interface Command extends CommandDeclaration {
  /**
   * Makes the values; what it returns does the work.
   * @throws OptionError if an option cannot be used
   */
  prepare(
    given: Readonly<Record<string, unknown>>,
    environment: Readonly<Record<string, string | undefined>>,
  ): () => Promise<void> | void;
}

/** @param name `event-bus server`, or for a program with a single command the program: `superclient` */
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

export interface Surroundings {
  readonly version: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** takes help and version */
  readonly out?: (text: string) => void;
  /** takes what is wrong */
  readonly complain?: (text: string) => void;
}

/** Runs what the arguments ask for. Resolves to the exit code when the command has resolved. */
export async function runCommandLine(
  commands: Commands<Command>,
  {
    version,
    args = process.argv.slice(2),
    environment = process.env,
    out = (text) => process.stdout.write(`${text}\n`),
    complain = (text) => process.stderr.write(`${text}\n`),
  }: Surroundings,
): Promise<number> {
  const asked = parseArguments(commands, args, version);
  if (asked.kind === 'text') {
    out(asked.text);
    return 0;
  }
  try {
    if (asked.kind === 'mistake') throw new OptionError(asked.text);
    await prepared(asked.command, asked.given, commands, environment)();
    return 0;
  } catch (error) {
    if (error instanceof OptionError) complain(error.message);
    else if (error instanceof CommandFailure) complain(`${programOf(commands)}: ${error.message}`);
    else throw error;
    return error instanceof OptionError ? EXIT_USAGE : EXIT_FAILURE;
  }
}

/** @throws OptionError whose message has the usage in front */
function prepared(
  command: Command,
  given: Readonly<Record<string, unknown>>,
  commands: Commands<Command>,
  environment: Readonly<Record<string, string | undefined>>,
): () => Promise<void> | void {
  try {
    return command.prepare(given, environment);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`${usageOf(command, commands)}\n\n${error.message}`);
  }
}
