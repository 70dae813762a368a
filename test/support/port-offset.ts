/**
 * Ports for a whole system of processes: an offset to all their ports that is one test's alone until it gives it back.
 *
 * That the ports are free does not tell that nobody uses them: those of a system whose processes are being killed are free for a
 * moment. Another system that moved in would find the health checks of its services answered, and its callers would be served by
 * the other's. So whoever uses an offset listens on a port of it that no process has.
 */
import { hold, isFree } from './ports.js';

/** Where a search begins, chosen per process, and its steps. All ports stay below the range of outgoing connections, as in ports.ts. */
const STEP = 100;
const OFFSETS = Array.from({ length: 160 }, (_, n) => 8_000 + n * STEP);
const FIRST = process.pid % OFFSETS.length;
/** with an offset added: between those of the services' tenth instances and of the bus */
const HELD_PORT = 5_098;

export interface PortOffset {
  readonly value: number;
  giveBack(): void;
}

/** @param portsAt what will be listened on at an offset: below `HELD_PORT` + offset or not in its hundred */
export async function takePortOffset(portsAt: (offset: number) => readonly number[]): Promise<PortOffset> {
  for (const value of [...OFFSETS.slice(FIRST), ...OFFSETS.slice(0, FIRST)]) {
    const giveBack = await hold(HELD_PORT + value);
    if (giveBack === undefined) continue;
    const free = await Promise.all(portsAt(value).map(isFree));
    if (free.every(Boolean)) return { value, giveBack };
    giveBack();
  }
  throw new Error('no free ports');
}
