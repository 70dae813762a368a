import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { StoredEvent } from '../../common/events.js';
import type { Delivery } from '../core/types.js';
import { DEFAULT_SETTINGS } from './settings.js';
import { Writer } from './writer.js';

/** A socket that keeps what is sent, and is as full as the test says. */
class KeptSocket {
  readonly sent: string[] = [];
  bufferedAmount = 0;
  piece = '';

  send(text: string, options?: { fin: boolean }): void {
    this.piece += text;
    if (options?.fin === false) return;
    this.sent.push(this.piece);
    this.piece = '';
  }
}

const settings = {
  ...DEFAULT_SETTINGS,
  socketPauseBytes: 100,
  waitingBytesMax: 1000,
  deliveriesPerFrameMax: 2,
};

function delivery(id: string): Delivery {
  return { event: {} as StoredEvent, delivery: id, attempt: 1 };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('the writer of a session', () => {
  let socket: KeptSocket;
  let connection: PassThrough;
  let fullness: boolean[];
  let failures: unknown[];
  let due: number;
  let writer: Writer;

  beforeEach(() => {
    socket = new KeptSocket();
    connection = new PassThrough();
    fullness = [];
    failures = [];
    due = 0;
    writer = new Writer({
      socket: socket as unknown as WebSocket,
      connection,
      settings,
      framesOf: (deliveries) => [deliveries.map((one) => one.delivery).join('+')],
      due: () => {
        due += 1;
      },
      full: (full) => fullness.push(full),
      streamFailed: (error) => failures.push(error),
    });
  });

  it('writes in the order given, joining neighbouring deliveries into frames', () => {
    writer.frame('registration');
    writer.deliver([delivery('1'), delivery('2'), delivery('3')]);
    writer.frame('receipt');
    writer.deliver([delivery('4')]);
    expect(socket.sent).toEqual([]);
    writer.flush();
    expect(socket.sent).toEqual(['registration', '1+2', '3', 'receipt', '4']);
  });

  it('asks to be written once for all deliveries of a step, and not when it is closed', () => {
    writer.deliver([delivery('1'), delivery('2')]);
    expect(due).toBe(1);
    writer.close();
    writer.deliver([delivery('3')]);
    expect(due).toBe(1);
  });

  it('writes nothing to a socket that is full, and goes on when it has drained', () => {
    socket.bufferedAmount = 100;
    writer.deliver([delivery('1')]);
    writer.flush();
    expect(socket.sent).toEqual([]);
    expect(writer.hasRoom).toBe(false);
    socket.bufferedAmount = 0;
    connection.emit('drain');
    expect(socket.sent).toEqual(['1']);
  });

  it('says when it holds too much, and when it has room again', () => {
    socket.bufferedAmount = 100;
    writer.frame('x'.repeat(1001));
    expect(writer.isFull).toBe(true);
    socket.bufferedAmount = 0;
    connection.emit('drain');
    expect(fullness).toEqual([true, false]);
  });

  it('lets a producer wait for room', async () => {
    socket.bufferedAmount = 100;
    let roomy = false;
    const room = writer.room().then(() => {
      roomy = true;
    });
    await settled();
    expect(roomy).toBe(false);
    socket.bufferedAmount = 0;
    connection.emit('drain');
    await room;
    expect(roomy).toBe(true);
  });

  it('keeps everything else back while a message is sent in pieces', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const whole = writer.stream(
      (async function* () {
        yield '[1,';
        await gate;
        yield '2]';
      })(),
    );
    writer.frame('receipt');
    writer.flush();
    await settled();
    writer.flush();
    expect(socket.sent).toEqual([]);
    expect(socket.piece).toBe('[1,');
    release();
    await whole;
    writer.flush();
    expect(socket.sent).toEqual(['[1,2]', 'receipt']);
  });

  it('reports a message that broke off, and never sends its end', async () => {
    const whole = writer.stream(
      (async function* () {
        yield '[1,';
        throw new Error('store away');
      })(),
    );
    writer.flush();
    await whole;
    expect(failures).toEqual([new Error('store away')]);
    expect(socket.sent).toEqual([]);
  });

  it('forgets what waits when it is closed, and lets nobody wait for ever', async () => {
    socket.bufferedAmount = 100;
    writer.frame('lost');
    const room = writer.room();
    const whole = writer.stream((async function* () {})());
    writer.close();
    await Promise.all([room, whole]);
    socket.bufferedAmount = 0;
    writer.flush();
    expect(socket.sent).toEqual([]);
  });
});
