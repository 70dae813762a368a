import type { StoredEvent } from '../../common/events.js';
import type { ClientType } from './client-type.js';
import { makeUrgent, wake } from './dispatch.js';
import { Debt, Lane } from './lane.js';
import { laneShortened, sizeOf, want, wantsRead } from './settle.js';
import type { Read, State } from './state.js';
import type { Input } from './types.js';

/**
 * Which debts are in memory. A client type that keeps up is *live*: what is accepted goes straight into its lanes. When its window
 * is full it falls behind: new debts stay in the store, and a *scan* in log order fetches them when the window is half empty. One
 * lane may take only so much of the window; a longer one is *spilled*: the scan passes over the rest of it, and a read of this key
 * goes on when the lane has become short.
 */

/** Events asked for with one read at most. */
const PAGE_EVENTS_MAX = 1_000;

/** A durable event is owed to the client type from now on. */
export function owe(state: State, client: ClientType, event: StoredEvent): void {
  client.owed += 1;
  client.newestOwed = event.position;
  if (!client.live) return;
  if (room(state, client) <= 0) client.scanned = event.position - 1;
  else admit(state, client, event);
  // Its own event: what it decides next about this key has to know it.
  if (event.sender === client.name) urge(state, client, event.key);
}

/** What is owed of the key is waited for. Nothing to be done if it is not in memory. */
export function urge(state: State, client: ClientType, key: string): void {
  const lane = client.lanes.get(key);
  if (lane !== undefined) makeUrgent(state, lane);
}

/** Asks for more debts if there is somebody to handle them and room to hold them. */
export function refill(state: State, client: ClientType): void {
  if (client.readsPaused || client.turns.length === 0) return;
  const { laneEventsMax, windowEventsMax, windowBytesMax } = state.options;
  for (let lane = client.wanting.first(); lane !== undefined; lane = client.wanting.first()) {
    const space = room(state, client);
    if (space <= 0) return;
    client.wanting.shift();
    lane.wanting = false;
    if (!wantsRead(lane, laneEventsMax)) continue;
    const limit = Math.min(space, Math.ceil(laneEventsMax / 2), PAGE_EVENTS_MAX);
    lane.reading = read(state, { client, lane, limit, asOf: state.durable }, lane.after);
  }
  if (client.live || client.scanning) return;
  if ((client.held + client.reserved) * 2 > windowEventsMax || client.heldBytes * 2 > windowBytesMax) return;
  client.scanning = true;
  const limit = Math.max(1, Math.min(room(state, client), PAGE_EVENTS_MAX));
  read(state, { client, lane: undefined, limit, asOf: state.durable }, client.scanned);
}

/** A page of debts has been read. */
export function owed(state: State, input: Extract<Input, { kind: 'owed' }>): void {
  const read = endRead(state, input.read);
  if (read === undefined) return;
  // The store may know events already that the core hears of a moment later; they come again.
  const events = input.events.filter(({ position }) => position <= state.durable);
  const upTo = Math.min(state.durable, input.end ? Math.max(input.next, read.asOf) : input.next);
  if (read.lane === undefined) scanPage(state, read.client, events, upTo);
  else if (read.lane.reading === input.read) lanePage(state, read.lane, events, upTo);
}

export function readFailed(state: State, input: Extract<Input, { kind: 'read-failed' }>): void {
  const read = endRead(state, input.read);
  if (read === undefined) return;
  read.client.readsPaused = true;
  if (read.lane === undefined) read.client.scanning = false;
  else if (read.lane.reading === input.read) {
    read.lane.reading = 0;
    want(read.lane);
  }
  state.emit({
    kind: 'notice',
    level: 'warn',
    message: 'owed events could not be read; trying again',
    details: { clientType: read.client.name, reason: input.reason },
  });
}

function read(state: State, read: Read, after: number): number {
  const number = state.nextRead;
  state.nextRead += 1;
  state.reads.set(number, read);
  read.client.reserved += read.limit;
  state.emit({
    kind: 'read-owed',
    read: number,
    clientType: read.client.name,
    ...(read.lane !== undefined && { key: read.lane.key }),
    after,
    limit: read.limit,
  });
  return number;
}

function endRead(state: State, number: number): Read | undefined {
  const read = state.reads.get(number);
  if (read === undefined) return undefined;
  state.reads.delete(number);
  read.client.reserved -= read.limit;
  state.refillable.add(read.client);
  return read;
}

/** Events that the window has room for; none if it has enough bytes. */
function room({ options }: State, client: ClientType): number {
  if (client.heldBytes >= options.windowBytesMax) return 0;
  return options.windowEventsMax - client.held - client.reserved;
}

function scanPage(state: State, client: ClientType, events: readonly StoredEvent[], upTo: number): void {
  client.scanning = false;
  for (const event of events) {
    if (client.heldBytes >= state.options.windowBytesMax) return;
    admit(state, client, event);
    client.scanned = event.position;
  }
  client.scanned = Math.max(client.scanned, upTo);
  if (client.newestOwed <= client.scanned) client.scanned = Number.POSITIVE_INFINITY;
}

function lanePage(state: State, lane: Lane, events: readonly StoredEvent[], upTo: number): void {
  lane.reading = 0;
  for (const event of events) {
    if (event.position >= lane.barrier) break;
    enqueue(lane, event);
  }
  lane.after = Math.max(lane.after, Math.min(upTo, lane.barrier - 1));
  markSpill(lane, lane.spilled ? lane.after + 1 : undefined, events.at(-1)?.time ?? lane.spill?.time ?? 0);
  laneShortened(state, lane);
  wake(state, lane);
}

/** The scan has come to a debt: it goes into its lane, unless the lane was read ahead, or is spilled. */
function admit(state: State, client: ClientType, event: StoredEvent): void {
  const lane = laneOf(client, event.key);
  if (event.position <= lane.after) return;
  if (lane.idle) lane.watch.leave();
  const full = lane.queue.length >= state.options.laneEventsMax;
  if (lane.spilled || full || event.position >= lane.barrier) {
    if (!lane.spilled) markSpill(lane, event.position, event.time);
    lane.skipped = event.position;
  } else {
    enqueue(lane, event);
    wake(state, lane);
  }
}

function laneOf(client: ClientType, key: string): Lane {
  let lane = client.lanes.get(key);
  if (lane === undefined) {
    lane = new Lane(client, key);
    client.lanes.set(key, lane);
  }
  return lane;
}

function enqueue(lane: Lane, event: StoredEvent): void {
  const debt = new Debt(lane, event);
  lane.queue.push(debt);
  lane.after = event.position;
  lane.client.held += 1;
  lane.client.heldBytes += sizeOf(event);
  lane.client.lowWater.add(debt);
}

/** The first debt of the lane that is not in memory; undefined = all are. */
export function markSpill(lane: Lane, position: number | undefined, time: number): void {
  if (lane.spill !== undefined) lane.client.lowWater.end(lane.spill);
  lane.spill = position === undefined ? undefined : { position, time, ended: false };
  if (lane.spill !== undefined) lane.client.lowWater.add(lane.spill);
}
