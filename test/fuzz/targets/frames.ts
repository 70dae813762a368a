import { once } from 'node:events';
import { WebSocket } from 'ws';
import { mutateMessage } from '../mutate.js';
import { notHanging, type Target } from '../target.js';
import { BusUnderFire } from './bus-under-fire.js';
import { MESSAGES } from './messages.js';

/** A connection is used for so many frames: what one of them did (register, observe, drain) meets what follows. */
const FRAMES_PER_CONNECTION = 50;

/** Frames to a bus: each is answered or not, as the protocol says, and the connection goes on, or is closed with a code. */
export const frames: Target = {
  name: 'frames',
  share: 150,
  input: (random) => mutateMessage(random, MESSAGES),
  async open() {
    const fire = await BusUnderFire.start();
    let socket: WebSocket | undefined;
    let sent = 0;
    return {
      async try(frame) {
        if (sent % FRAMES_PER_CONNECTION === 0 || socket?.readyState !== WebSocket.OPEN) {
          socket?.terminate();
          socket = await connected(fire.bus.address);
        }
        sent += 1;
        socket.send(frame, { binary: sent % 2 === 0 });
        // frames are heard in order: when this is answered, the frame has been
        socket.ping();
        await notHanging('the answer to a ping', answered(socket));
      },
      check: () => fire.check(),
      async close() {
        socket?.terminate();
        await fire.close();
      },
    };
  },
};

function answered(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('pong', done).off('close', done);
      resolve();
    };
    socket.on('pong', done).on('close', done);
  });
}

async function connected(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  socket.on('error', () => undefined);
  socket.on('message', () => undefined);
  await notHanging('a connection', once(socket, 'open'));
  return socket;
}
