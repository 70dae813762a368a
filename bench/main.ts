#!/usr/bin/env node
/** The benchmarks: `bench NAME [options]` runs one; without a name each but the long run runs once, with its defaults. */
import { runCommandLine } from '../common/command-line.js';
import { packageVersion } from '../common/package-version.js';
import { bus } from './bus.js';
import { gateway } from './gateway.js';
import { large } from './large.js';
import { lua } from './lua.js';
import { rebuild } from './rebuild.js';
import { route } from './route.js';
import { seen } from './seen.js';
import { steady } from './steady.js';
import { transfers } from './transfers.js';

/** Each runs for minutes. */
const BENCHES = [bus, seen, lua, route, gateway, transfers, rebuild, large] as const;
/** Runs for half an hour, and only when it is named. */
const LONG = [steady] as const;

const given = process.argv.slice(2);
const all = given.length === 0 || given[0] === '--record';
const runs = all ? BENCHES.map(({ name }) => [name.split(' ')[1]!, ...given]) : [given];
for (const args of runs)
  process.exitCode ||= await runCommandLine([...BENCHES, ...LONG], { version: packageVersion(), args });
