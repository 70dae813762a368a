import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Command,
  CommandFailure,
  command,
  EXIT_FAILURE,
  EXIT_USAGE,
  runCommandLine,
} from './command-line.js';
import type { LogLevel } from './log-level.js';
import { type Address, parseAddress, parseDuration, parseList } from './option-parsers.js';
import { logLevel } from './options.js';

type Ran = { command: string; values: unknown }[];

function busCommands(ran: Ran): [Command, ...Command[]] {
  return [
    command('event-bus server', {
      describe: 'runs the bus',
      options: {
        bind: {
          alias: 'b',
          default: 'localhost:8081',
          describe: 'address to listen on',
          parse: parseAddress,
        },
        flushDelay: { describe: 'pause before each flush', parse: parseDuration },
        autoAck: { default: '', describe: 'client types', parse: parseList },
        fresh: { flag: true, describe: 'forget what was' },
        data: { describe: 'folder', env: 'AUTOKRATOR_DATA_DIR' },
        logLevel,
      },
      run: (values) => {
        expectTypeOf(values.bind).toEqualTypeOf<Address>();
        expectTypeOf(values.flushDelay).toEqualTypeOf<number | undefined>();
        expectTypeOf(values.autoAck).toEqualTypeOf<readonly string[]>();
        expectTypeOf(values.fresh).toEqualTypeOf<boolean>();
        expectTypeOf(values.data).toEqualTypeOf<string | undefined>();
        expectTypeOf(values.logLevel).toEqualTypeOf<LogLevel>();
        ran.push({ command: 'server', values });
      },
    }),
    command('event-bus verify', {
      describe: 'checks the log',
      options: {},
      run: (values) => {
        ran.push({ command: 'verify', values });
        throw new CommandFailure('the log is damaged');
      },
    }),
  ];
}

function superclient(ran: Ran): [Command] {
  return [
    command('superclient', {
      describe: 'runs a script',
      options: { script: { required: true, positional: true, describe: 'the script' } },
      run: (values) => {
        expectTypeOf(values.script).toEqualTypeOf<string>();
        ran.push({ command: 'superclient', values });
      },
    }),
  ];
}

async function run(
  commands: (ran: Ran) => [Command, ...Command[]],
  args: string,
  environment: Record<string, string> = {},
) {
  const ran: Ran = [];
  const texts = { out: '', complaint: '' };
  const exitCode = await runCommandLine(commands(ran), {
    version: '1.2.3',
    args: args === '' ? [] : args.split(' '),
    environment,
    out: (text) => {
      texts.out += text;
    },
    complain: (text) => {
      texts.complaint += text;
    },
  });
  return { exitCode, ran, ...texts };
}

const DEFAULTS = {
  bind: { host: 'localhost', port: 8081 },
  flushDelay: undefined,
  autoAck: [],
  fresh: false,
  data: undefined,
  logLevel: 'info',
};

describe('a command line', () => {
  it('gives a command its defaults', async () => {
    expect(await run(busCommands, 'server')).toEqual({
      exitCode: 0,
      ran: [{ command: 'server', values: DEFAULTS }],
      out: '',
      complaint: '',
    });
  });

  it('takes flags, long and short, with = and without', async () => {
    const { ran } = await run(
      busCommands,
      'server -b [::1]:1 --flush-delay=5ms --auto-ack a,b --fresh --data d -l off',
    );
    expect(ran[0]!.values).toEqual({
      bind: { host: '::1', port: 1 },
      flushDelay: 5,
      autoAck: ['a', 'b'],
      fresh: true,
      data: 'd',
      logLevel: 'off',
    });
  });

  it('takes variables where no flag is given, and the last flag of several', async () => {
    const environment = {
      AUTOKRATOR_BIND: 'a:1',
      AUTOKRATOR_FLUSH_DELAY: '1s',
      AUTOKRATOR_FRESH: 'true',
      AUTOKRATOR_DATA_DIR: 'd',
      AUTOKRATOR_LOG_LEVEL: '',
      AUTOKRATOR_OF_SOMEBODY_ELSE: 'x',
    };
    const { ran } = await run(busCommands, 'server -b b:2 --bind c:3', environment);
    expect(ran[0]!.values).toEqual({
      ...DEFAULTS,
      bind: { host: 'c', port: 3 },
      flushDelay: 1000,
      fresh: true,
      data: 'd',
    });
  });

  it.each([
    ['server --bnd x:1', 'Unknown argument: bnd'],
    ['server --no-fresh', 'Unknown argument: no-fresh'],
    ['server --bind', 'Not enough arguments following: bind'],
    ['server --bind=', '--bind: needs a value'],
    ['server --bind 8081', '--bind: must be an address with a port, such as localhost:8081'],
    ['server --flush-delay soon', '--flush-delay: must be a duration'],
    ['server --log-level loud', 'Choices: "off", "error", "warn", "info", "debug", "trace"'],
    ['server --flushDelay 1', 'Unknown argument: flushDelay'],
    ['server more', 'Unknown argument: more'],
    ['sever', 'Unknown argument: sever'],
    ['', 'Name a command.'],
  ])('refuses %j with the usage, before anything is done', async (args, reason) => {
    const { exitCode, ran, out, complaint } = await run(busCommands, args);
    expect(exitCode).toBe(EXIT_USAGE);
    expect(ran).toEqual([]);
    expect(out).toBe('');
    expect(complaint).toContain('Options:');
    expect(complaint).toContain(reason);
  });

  it.each([
    [{ AUTOKRATOR_BIND: 'x' }, 'AUTOKRATOR_BIND: must be an address'],
    [{ AUTOKRATOR_LOG_LEVEL: 'loud' }, 'AUTOKRATOR_LOG_LEVEL: must be one of off, error'],
    [{ AUTOKRATOR_FRESH: 'maybe' }, 'AUTOKRATOR_FRESH: must be true or false'],
  ])('refuses the variable %j by its name', async (environment, reason) => {
    const { exitCode, ran, complaint } = await run(
      busCommands,
      'server',
      environment as Record<string, string>,
    );
    expect(exitCode).toBe(EXIT_USAGE);
    expect(ran).toEqual([]);
    expect(complaint).toContain(reason);
  });

  it('tells its options with defaults and variables', async () => {
    const { exitCode, ran, out } = await run(busCommands, 'server --help');
    expect(exitCode).toBe(0);
    expect(ran).toEqual([]);
    expect(out).toMatch(
      /-b, --bind .*address to listen on \[AUTOKRATOR_BIND\] .*\[default: localhost:8081\]/,
    );
    expect(out).toContain('--flush-delay');
  });

  it('tells its commands and its version', async () => {
    expect((await run(busCommands, '--help')).out).toMatch(
      /event-bus server +runs the bus\n +event-bus verify +checks the log/,
    );
    expect((await run(busCommands, '--version')).out).toBe('1.2.3');
  });

  it('tells a failure in one line and ends with exit code 1', async () => {
    const { exitCode, complaint } = await run(busCommands, 'verify');
    expect(exitCode).toBe(EXIT_FAILURE);
    expect(complaint).toBe('event-bus: the log is damaged');
  });

  it('does not hide a mistake of ours', async () => {
    const broken = () => {
      throw new TypeError('undefined is not a function');
    };
    const commands: [Command] = [command('broken', { describe: '', options: {}, run: broken })];
    await expect(run(() => commands, '')).rejects.toThrow(TypeError);
  });

  it('of a single command has no command word, also if the program has several', async () => {
    expect((await run(superclient, '--script a.lua')).ran).toEqual([
      { command: 'superclient', values: { script: 'a.lua' } },
    ]);
    const launcher: [Command] = [
      command('npm start --', {
        describe: 'starts',
        options: { fresh: { flag: true, describe: '' } },
        run: () => {},
      }),
    ];
    expect((await run(() => launcher, '--fresh')).exitCode).toBe(0);
    expect((await run(() => launcher, '--help')).out).toMatch(/^npm start --\n/);
  });

  it('takes a positional value without its flag, and refuses a second one', async () => {
    expect((await run(superclient, 'a.lua')).ran).toEqual([
      { command: 'superclient', values: { script: 'a.lua' } },
    ]);
    expect((await run(superclient, 'a.lua b.lua')).complaint).toContain('Unknown argument: b.lua');
  });

  it('refuses a required option that is missing', async () => {
    const { exitCode, complaint } = await run(superclient, '');
    expect(exitCode).toBe(EXIT_USAGE);
    expect(complaint).toContain('--script: is missing');
  });
});
