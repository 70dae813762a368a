import { createServer } from 'node:net';

/** Below the range of outgoing connections, so that a server that is started again finds its port free. */
const FIRST = 24_500;
const COUNT = 4_000;
let tries = process.pid;

/** A port that nobody listens on now; another one with each call. */
export async function freePort(): Promise<number> {
  for (let left = COUNT; left > 0; left--) {
    // A step that is prime to the count: neighbouring processes do not follow each other.
    tries += 379;
    const port = FIRST + (tries % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port');
}

/** Whether nobody listens on this port, at any address of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const leave = await hold(port);
  leave?.();
  return leave !== undefined;
}

/** Listens on a port, at any address, until the answer is called; undefined if somebody else does. Does not keep the process alive. */
export function hold(port: number): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const holder = createServer().unref();
    holder.once('error', () => resolve(undefined));
    holder.listen(port, () => resolve(() => void holder.close()));
  });
}
