#!/usr/bin/env node
/** The command line of the gateway. What it needs is loaded when it runs. */
import { CommandFailure, command, runCommandLine } from '../common/command-line.js';
import { GATEWAY_OPTIONS } from '../common/gateway-options.js';
import { createLogger } from '../common/log.js';
import { parseAddress, parseList, wholeNumber } from '../common/option-parsers.js';
import { logLevel } from '../common/options.js';
import { packageVersion } from '../common/package-version.js';
import type { DemoUser } from '../common/pages/session.js';
import { listenForStop } from '../common/stop-request.js';
import { parseServices } from './discovery/source.js';

/** as shells report a process that was interrupted */
const EXIT_FORCED = 130;
const RED = '\u001b[1;31m';
const PLAIN = '\u001b[0m';

const gateway = command('gateway', {
  describe: 'serves the pages, the bank and the observatory to the outside',
  options: {
    bind: {
      alias: 'b',
      default: '0.0.0.0:5000',
      describe: 'address to listen on; port 0 is any free one',
      parse: parseAddress,
    },
    bus: {
      default: 'http://localhost:8081',
      describe: 'HTTP side of the event bus, which tells what services there are',
      parse: parseHttpUrl,
    },
    busToken: {
      describe: 'the operators’ token of the bus; safer in the environment than on a command line',
    },
    services: {
      describe: 'services, where the bus is not to be asked: users=http://localhost:5005,accounts=…',
      parse: parseServices,
    },
    ...GATEWAY_OPTIONS,
    demonstration: { flag: true, describe: 'processes may be killed and the bank be filled from the pages' },
    demoUsers: {
      describe: 'users that the sign-in page offers in a demonstration: name:password,name:password',
      parse: parseDemoUsers,
    },
    control: {
      flag: true,
      describe: 'the process that starts this one is the launcher: operators may ask it',
    },
    pages: { describe: 'folder of the built pages, e.g. dist/web' },
    documentation: { choices: ['on', 'off'], default: 'on', describe: 'whether there is /documentation' },
    origins: { default: '', parse: parseList, describe: 'other sites whose pages may send commands' },
    requestRate: {
      default: '6000',
      parse: wholeNumber(0),
      describe: 'requests a minute from one address; 0 is any number',
    },
    trustedProxies: {
      default: '0',
      parse: wholeNumber(0, 10),
      describe: 'proxies before the gateway, whose word on a client’s address is taken',
    },
    logLevel,
  },
  async run({
    bind,
    auth,
    operators,
    demoUsers,
    control,
    requestRate,
    documentation,
    logLevel: level,
    ...others
  }) {
    const log = createLogger({ name: 'gateway', level });
    const stop = listenForStop(() => process.exit(EXIT_FORCED));
    if (auth === 'off') warnOfOpenDoors();
    const [{ startGateway }, { parentChannel }] = await Promise.all([
      import('./gateway.js'),
      import('./operator/control.js'),
    ]);
    const starting = startGateway({
      ...bind,
      ...others,
      control: control ? parentChannel() : undefined,
      auth: auth === 'on',
      documentation: documentation === 'on',
      operators,
      requestsPerMinute: requestRate,
      demoUsers: demoUsers?.map((user) => ({ ...user, operator: operators.includes(user.username) })),
      version: packageVersion(),
      log,
    }).catch((error: Error) => {
      throw new CommandFailure(error.message, { cause: error });
    });
    const running = await Promise.race([starting, stop.asked]);
    // Nothing has been taken yet.
    if (typeof running === 'string') process.exit(0);
    log.info(`listens at ${running.url}`);
    log.info({ reason: await stop.asked }, 'stopping');
    await running.stop();
    stop.release();
  },
});

function warnOfOpenDoors(): void {
  const [on, off] = process.stderr.isTTY ? [RED, PLAIN] : ['', ''];
  process.stderr.write(
    `${on}--auth off: NOBODY SIGNS IN. Whoever reaches this address may move every account’s money.${off}\n`,
  );
}

function parseHttpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Error('must be an address such as http://localhost:8081');
  return new URL(text).origin;
}

function parseDemoUsers(text: string): readonly Omit<DemoUser, 'operator'>[] {
  return parseList(text).map((item) => {
    const [, username, password] = /^([^:]+):(.+)$/.exec(item) ?? [];
    if (username === undefined || password === undefined)
      throw new Error('must be pairs of name and password, such as ada:secret');
    return { username, password };
  });
}

process.exitCode = await runCommandLine([gateway], { version: packageVersion() });
