import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { SETTINGS } from '../settings.js';
import { ClientSocket } from './client-socket.js';

/** As much of a WebSocket as is used here. */
class StandInSocket extends EventEmitter {
  isPaused = false;
  bufferedAmount = 0;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(): void {
    this.emit('close');
  }
}

let socket: StandInSocket;
let heard: unknown[];
/** Ends the dealing with each frame so far, in order. */
let done: (() => void)[];
let client: ClientSocket;

beforeEach(() => {
  [socket, heard, done] = [new StandInSocket(), [], []];
  client = new ClientSocket(
    socket as unknown as WebSocket,
    { ...SETTINGS, framesWaitingMax: 3 },
    {
      frame: (fields) => {
        heard.push(fields);
        return new Promise((resolve) => done.push(resolve));
      },
      unreadable: () => undefined,
      closed: () => undefined,
    },
  );
});
afterEach(() => client.close(1000, ''));

const says = (count: number) => {
  for (let n = 0; n < count; n += 1) socket.emit('message', Buffer.from(`{"n":${n}}`), false);
};

it('does not read from a client that says more than can be dealt with, until that is done', async () => {
  says(2);
  expect(socket.isPaused).toBe(false);
  says(1);
  expect(socket.isPaused).toBe(true);
  done.shift()!();
  await expect.poll(() => socket.isPaused).toBe(false);
  expect(heard).toHaveLength(3);
});
