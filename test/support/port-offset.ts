/**
 * Ports for a whole system of processes: an offset to all their ports that is one test's alone until it gives it back.
 *
 * That the ports are free does not tell that nobody uses them: those of a system whose processes are being killed are free for a
 * moment. Another system that moved in would find the health checks of its services answered, and its callers would be served by
 * the other's. So whoever uses an offset listens on a port of it that no process has. Nor is it given again soon: callers of a test that
 * has failed may still be trying.
 */
import { hold, isFree } from './ports.js';

/** Where a search begins, chosen per process, and its steps. All ports stay below the range of outgoing connections, as in ports.ts. */
const STEP = 100;
const OFFSETS = Array.from({ length: 160 }, (_, n) => 8_000 + n * STEP);
let next = process.pid % OFFSETS.length;
/** with an offset added: between those of the services' tenth instances and of the bus */
const HELD_PORT = 5_098;

export interface PortOffset {
  readonly value: number;
  giveBack(): void;
}

/**
 * @param portsAt what will be listened on at an offset: below `HELD_PORT` + offset or not in its hundred
 * @param from which of the offsets is tried first
 */
export async function takePortOffset(
  portsAt: (offset: number) => readonly number[],
  from = next,
): Promise<PortOffset> {
  for (let n = from; n < from + OFFSETS.length; n++) {
    const value = OFFSETS[n % OFFSETS.length]!;
    const giveBack = await hold(HELD_PORT + value);
    if (giveBack === undefined) continue;
    const free = await Promise.all(portsAt(value).map(isFree));
    if (free.every(Boolean)) {
      next = n + 1;
      return { value, giveBack };
    }
    giveBack();
  }
  throw new Error('no free ports');
}
