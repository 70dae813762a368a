import type { StoredEvent } from '../../common/events.js';
import type { ClientType } from './client-type.js';
import { makeUrgent, wake } from './dispatch.js';
import { Debt, Lane } from './lane.js';
import type { Line } from './line.js';
import { laneShortened, sizeOf, want, wantsRead } from './settle.js';
import type { Read, State } from './state.js';
import type { Input } from './types.js';

/**
 * Which debts are in memory. A client type that keeps up is *live*: what is accepted goes straight into its lanes. When its window
 * is full it falls behind: new debts stay in the store, and a *scan* in log order fetches them when the window is half empty. One
 * lane may take only so much of the window; a longer one is *spilled*: the scan passes over the rest of it, and a read of this key
 * goes on when the lane has become short.
 *
 * A lane that is waited for does not wait for the scan: it is read *ahead* of it, by key, as a spilled one, and the scan passes over
 * what was read. It finds room where the window ends for all others, or the window could be full of those who wait for it.
 */

/** Events asked for with one read at most. */
const PAGE_EVENTS_MAX = 1_000;

/** Urgent lanes may exceed the window by one in so many of its places. */
const URGENT_SHARE = 8;

/** A durable event is owed to the client type from now on. */
export function owe(state: State, client: ClientType, event: StoredEvent): void {
  client.owed += 1;
  client.newestOwed = event.position;
  if (client.live && room(state, client) <= 0) client.scanned = event.position - 1;
  else if (client.live) admit(state, client, event);
  if (event.sender === client.name) oweOwn(state, client, event);
}

/** Its own event: what it decides next about this key has to know it. */
function oweOwn(state: State, client: ClientType, { key, position }: StoredEvent): void {
  client.contends = true;
  const lane = client.lanes.get(key);
  if (lane === undefined) return;
  // Only keys that were contested are ahead of the scan: reading every own event ahead would keep every key in memory.
  if (lane.spilled || lane.after > client.scanned) readAhead(state, lane, position);
  makeUrgent(state, lane);
}

/** A batch of the client type was refused because of this key: what is owed of it is waited for. */
export function urge(state: State, client: ClientType, key: string): void {
  const lane = client.live ? client.lanes.get(key) : laneOf(client, key);
  if (lane === undefined) return;
  if (!client.live) readAhead(state, lane, client.newestOwed);
  makeUrgent(state, lane);
}

/** Lets a lane be read up to a position, before the scan comes to it. */
function readAhead(state: State, lane: Lane, upTo: number): void {
  const { client } = lane;
  if (!lane.spilled) {
    const known = Math.max(lane.after, client.scanned);
    if (upTo <= known) return;
    if (lane.idle) lane.watch.leave();
    lane.after = known;
    markSpill(lane, known + 1, state.time);
  }
  lane.skipped = Math.max(lane.skipped, upTo);
  if (wantsRead(lane, state.options.laneEventsMax)) want(lane);
  state.refillable.add(client);
}

/** Asks for more debts if there is somebody to handle them and room to hold them. */
export function refill(state: State, client: ClientType): void {
  if (client.readsPaused || client.turns.length === 0) return;
  const { windowEventsMax, windowBytesMax } = state.options;
  readLanes(state, client, client.wantingUrgent);
  readLanes(state, client, client.wanting);
  if (client.live || client.scanning) return;
  if ((client.held + client.reserved) * 2 > windowEventsMax || client.heldBytes * 2 > windowBytesMax) return;
  client.scanning = true;
  const limit = Math.max(1, Math.min(room(state, client), PAGE_EVENTS_MAX));
  read(state, { client, lane: undefined, limit, asOf: state.durable }, client.scanned);
}

function readLanes(state: State, client: ClientType, wanting: Line<Lane>): void {
  const { laneEventsMax } = state.options;
  for (let lane = wanting.first?.item; lane !== undefined; lane = wanting.first?.item) {
    const space = room(state, client, lane.urgent);
    if (space <= 0) return;
    lane.wanting.leave();
    if (!wantsRead(lane, laneEventsMax)) continue;
    const limit = Math.min(space, Math.ceil(laneEventsMax / 2), PAGE_EVENTS_MAX);
    lane.reading = read(state, { client, lane, limit, asOf: state.durable }, lane.after);
  }
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
function room({ options }: State, client: ClientType, urgent = false): number {
  const share = (max: number) => (urgent ? Math.ceil(max / URGENT_SHARE) : 0);
  if (client.heldBytes >= options.windowBytesMax + share(options.windowBytesMax)) return 0;
  return options.windowEventsMax + share(options.windowEventsMax) - client.held - client.reserved;
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
    lane.skipped = Math.max(lane.skipped, event.position);
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
