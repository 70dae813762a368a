import type { Redis } from 'ioredis';
import type { Logger } from '../../../common/log.js';

/** The server (its `run_id`) whose file has been written anew; one for all client types of a database. */
const SERVER = '~autokrator:server';

/**
 * Has a server that was started with an append-only file write that file anew, once, from what it holds.
 *
 * A machine that stops may cut the file off within a transaction. Redis (seen with 7.0.15) does not carry the half out that it finds
 * then, but if the cut went through a command it leaves the whole commands before it in the file, within an open MULTI, and writes on
 * behind them. The start after the next crash carries that half out with what follows: an item is in its list twice, a value is an
 * older one. Nothing that we compare in a commit would show it.
 */
export async function haveLogWrittenAnew(redis: Redis, log: Logger): Promise<void> {
  try {
    const { run_id: server, aof_enabled: appends } = fieldsOf(await redis.info());
    if (appends !== '1' || server === undefined || (await redis.get(SERVER)) === server) return;
    await redis.bgrewriteaof().catch((error: Error) => {
      // by somebody else, from the same memory
      if (!/in progress|scheduled/i.test(error.message)) throw error;
    });
    await redis.set(SERVER, server);
  } catch (error) {
    log.warn({ error }, 'Redis could not be asked to write its append-only file anew (BGREWRITEAOF)');
  }
}

/** Of `INFO`: a name and a text on each line. */
function fieldsOf(info: string): Readonly<Record<string, string | undefined>> {
  const pairs = info.split(/\r?\n/).map((line) => line.split(':') as [string, string?]);
  return Object.fromEntries(pairs.filter(([, text]) => text !== undefined));
}
