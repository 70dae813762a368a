#!/usr/bin/env node
/** The command line of the event bus. What a command needs is loaded when the command runs. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { createLogger } from '../common/log.js';
import { parseAddress, parseBytes, parseDuration, parseList, wholeNumber } from '../common/option-parsers.js';
import { logLevel, type Option } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import { positionOf } from '../common/protocol/cursor.js';
import { DEFAULT_LIMITS } from '../common/protocol/limits.js';
import { listenForStop } from '../common/stop-request.js';
import type { Rights } from './server/rights.js';
import { StoreError } from './store/event-store.js';
import { createEventStore, logDirectory, StoreSpecError } from './store/registry.js';

/** as shells report a process that was interrupted */
const EXIT_FORCED = 130;
/** a broken invariant: a mistake in the program, not in its surroundings */
const EXIT_BROKEN = 70;

/**
 * The heap is swept when it has doubled. Left to itself, V8 waits until it is four times what was alive: with many keys that is several
 * hundred MiB of what is long forgotten.
 */
const HEAP_GROWTH = '--heap-growing-percent=100';

const store = {
  default: 'log:./data/log',
  describe: 'where events are kept: log:DIR or memory',
} as const satisfies Option;

const log = {
  default: 'log:./data/log',
  describe: 'the log: log:DIR',
  parse: logDirectory,
} as const satisfies Option;

const server = command('event-bus server', {
  describe: 'runs the bus',
  options: {
    bind: {
      alias: 'b',
      default: 'localhost:8081',
      describe: 'address of WebSocket and HTTP; port 0 is any free one',
      parse: parseAddress,
    },
    store,
    autoAck: {
      describe: 'client types whose events count as acknowledged when sent, separated by commas',
      parse: parseList,
    },
    rights: {
      describe:
        'file of who may register as what, send what and receive what; without it everybody may do everything',
    },
    flushDelay: {
      describe: 'makes each flush of the log wait this long, for benchmarks',
      default: '0ms',
      parse: parseDuration,
    },
    heartbeat: { describe: 'pause between two pings of a client', default: '10s', parse: parseDuration },
    ackDeadline: {
      describe: 'after which an event that is not acknowledged goes to another instance',
      default: '30s',
      parse: parseDuration,
    },
    attempts: {
      describe: 'failures of a handler until its event is parked',
      default: '5',
      parse: wholeNumber(1),
    },
    retryDelay: {
      describe: 'before the second attempt; doubles with each further one',
      default: '1s',
      parse: parseDuration,
    },
    messageBytes: {
      describe: 'longest message',
      default: `${DEFAULT_LIMITS.messageBytesMax}`,
      parse: parseBytes,
    },
    eventsPerBatch: {
      describe: 'most events in one message',
      default: `${DEFAULT_LIMITS.eventsPerBatchMax}`,
      parse: wholeNumber(1),
    },
    sessions: {
      describe: 'most connections',
      default: `${DEFAULT_LIMITS.sessionsMax}`,
      parse: wholeNumber(1),
    },
    logLevel,
  },
  async run(values) {
    const { bind, logLevel: level } = values;
    setFlagsFromString(HEAP_GROWTH);
    const log = createLogger({ name: 'event-bus', level });
    const stop = listenForStop(() => process.exit(EXIT_FORCED));
    const { startBus } = await import('./server/server.js');
    const rights = values.rights === undefined ? undefined : await readRights(values.rights);
    if (rights === undefined)
      log.warn(
        'no rights file: whoever reaches this address may read, send and decide everything (see --rights)',
      );
    const starting = explained(async () =>
      startBus({
        ...bind,
        store: await createEventStore(values.store, {
          flushDelayMs: values.flushDelay,
          notice: (message, details) => log.warn(details, message),
        }),
        autoAcknowledge: values.autoAck ?? [],
        ...(rights !== undefined && { rights }),
        limits: {
          messageBytesMax: values.messageBytes,
          eventsPerBatchMax: values.eventsPerBatch,
          sessionsMax: values.sessions,
        },
        settings: { heartbeatMs: values.heartbeat },
        core: {
          ackDeadlineMs: values.ackDeadline,
          attemptsMax: values.attempts,
          retryDelayMs: values.retryDelay,
        },
        log,
        broken: (error) => {
          log.fatal({ err: error }, 'the bus stops: an invariant does not hold');
          process.exit(EXIT_BROKEN);
        },
      }),
    );
    const bus = await Promise.race([starting, stop.asked]);
    // nobody was let in yet: what is open may be left as it is, it survives worse
    if (typeof bus === 'string') process.exit(0);
    log.info({ reason: await stop.asked }, 'asked to stop');
    await bus.stop();
    stop.release();
  },
});

const verify = command('event-bus verify', {
  describe: 'checks every byte of a log, its chain, its order and its indexes; a bus may be running on it',
  options: { store: log },
  async run({ store: directory }) {
    const { verify: check } = await import('./store/log/verify.js');
    const report = await explained(() => check(directory));
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  },
});

const exportCommand = command('event-bus export', {
  describe: 'prints the events of a log, one JSON object per line; a bus may be running on it',
  options: {
    store: log,
    after: { describe: 'cursor after which to begin', default: '0', parse: parseCursor },
    until: { describe: 'cursor at which to end', parse: parseCursor },
  },
  async run({ store: directory, after, until }) {
    const { exportEvents } = await import('./store/log/reader.js');
    process.stdout.on('error', endOfReader);
    await explained(async () => {
      for await (const line of exportEvents(directory, {
        after,
        ...(until !== undefined && { upTo: until }),
      })) {
        if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
      }
    });
  },
});

const backup = command('event-bus backup', {
  describe: 'copies a log to an empty place, checked; a bus may be running on it',
  options: {
    to: { describe: 'directory of the copy', required: true, positional: true },
    store: log,
  },
  run: ({ to, store: from }) => copied(from, to),
});

const restore = command('event-bus restore', {
  describe: 'makes a log from a backup, checked; nothing may be where it is to be',
  options: {
    from: { describe: 'directory of the backup', required: true, positional: true },
    store: log,
  },
  run: ({ from, store: to }) => copied(from, to),
});

/** Progress goes where people look, the outcome where scripts read. */
async function copied(from: string, to: string): Promise<void> {
  const { copyLog } = await import('./store/log/copy.js');
  let told = 0;
  const { events, hash } = await explained(() =>
    copyLog(from, to, (share) => {
      const percent = Math.floor(share * 10) * 10;
      if (percent > told) process.stderr.write(`${percent} %\n`);
      told = percent;
    }),
  );
  process.stdout.write(`${events} events, last position ${events}, hash ${hash}\n`);
}

async function readRights(file: string): Promise<Rights> {
  const { parseRights } = await import('./server/rights.js');
  try {
    return parseRights(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`--rights ${file}: ${(error as Error).message}`);
  }
}

/** Whoever reads may have had enough (`| head`): that is no failure. */
function endOfReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** What is wrong with the store or the surroundings is told in one line, without a stack. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { StartError } = await import('./server/start-error.js');
    const ours = [StoreError, StoreSpecError, StartError].some((kind) => error instanceof kind);
    throw ours ? new CommandFailure((error as Error).message) : error;
  }
}

function parseCursor(text: string): number {
  const position = positionOf(text);
  if (position === undefined) throw new Error('must be a cursor, such as 1200');
  return position;
}

process.exitCode = await runCommandLine([server, verify, exportCommand, backup, restore], {
  version: packageVersion(),
});
