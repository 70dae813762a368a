/**
 * The bare floor that the bus is held against: sockets, a sequence check, group commit into an append-only file with fdatasync, a
 * cursor that moves with acknowledgements. Heads in memory; no validation, no debts, no lanes, no indexes, no recovery, one consumer.
 *
 *     node dist/bench/floor/main.js FILE [flush delay in ms]
 */
import { open } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';

interface NewEvent {
  readonly event_type: string;
  readonly consistency: { readonly key: string; readonly value: number };
  readonly data: unknown;
}

type Message =
  | { readonly message_type: 'register'; readonly max_in_flight: number }
  | { readonly message_type: 'new'; readonly events: readonly NewEvent[] }
  | { readonly message_type: 'ack'; readonly deliveries: readonly string[] };

/** One `new` that waits for the flush: who is answered what. */
interface Waiting {
  readonly sender: WebSocket;
  readonly receipt: string;
  readonly events: readonly string[];
}

const EVENTS_PER_FRAME = 64;

const [path, flushDelay = '0'] = process.argv.slice(2);
const file = await open(path!, 'a');
const heads = new Map<string, number>();
let position = 0;
let waiting: Waiting[] = [];
let cursor: string | undefined;
let flushing = false;
let consumer: WebSocket | undefined;

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('connection', (socket) => {
  socket.on('message', (frame: Buffer) => hear(socket, JSON.parse(frame.toString()) as Message));
});
server.on('listening', () => {
  process.stdout.write(`listens at ws://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

function hear(socket: WebSocket, message: Message): void {
  switch (message.message_type) {
    case 'register':
      if (message.max_in_flight > 0) consumer = socket;
      socket.send('{"message_type":"registration"}');
      return;
    case 'ack':
      cursor = message.deliveries.at(-1);
      break;
    case 'new':
      waiting.push(judged(socket, message.events));
  }
  if (flushing) return;
  flushing = true;
  setImmediate(() => void flush());
}

function judged(sender: WebSocket, events: readonly NewEvent[]): Waiting {
  const receipts: string[] = [];
  const accepted: string[] = [];
  for (const { event_type: type, consistency, data } of events) {
    const next = (heads.get(consistency.key) ?? -1) + 1;
    if (consistency.value !== next) {
      receipts.push('{"status":"inconsistent"}');
      continue;
    }
    heads.set(consistency.key, next);
    position += 1;
    receipts.push('{"status":"success"}');
    accepted.push(
      JSON.stringify({ event_type: type, consistency, data, delivery: String(position), time: Date.now() }),
    );
  }
  const receipt = `{"message_type":"receipt","receipts":[${receipts.join(',')}]}`;
  return { sender, receipt, events: accepted };
}

/** One write and one flush for all that has come meanwhile, until nothing waits. */
async function flush(): Promise<void> {
  while (waiting.length > 0 || cursor !== undefined) {
    const group = waiting;
    waiting = [];
    const lines = group.flatMap(({ events }) => events);
    if (cursor !== undefined) lines.push(`{"cursor":${cursor}}`);
    cursor = undefined;
    await file.appendFile(`${lines.join('\n')}\n`);
    if (flushDelay !== '0') await delay(Number(flushDelay));
    await file.datasync();
    announce(group);
  }
  flushing = false;
}

function announce(group: readonly Waiting[]): void {
  for (const { sender, receipt } of group) sender.send(receipt);
  const events = group.flatMap(({ events }) => events);
  for (let at = 0; at < events.length; at += EVENTS_PER_FRAME)
    consumer?.send(
      `{"message_type":"events","events":[${events.slice(at, at + EVENTS_PER_FRAME).join(',')}]}`,
    );
}
