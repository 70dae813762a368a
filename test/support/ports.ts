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
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
