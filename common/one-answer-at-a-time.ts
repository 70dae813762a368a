import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Requests that follow each other on one connection, without waiting for answers, are worked on one after the other: otherwise whoever
 * sends a thousand small ones, and reads nothing, has us keep a thousand answers.
 *
 * @returns what a server awaits before it works on a request; false: nobody is there any more, and it need not
 */
export function oneAnswerAtATime(): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const answered = new WeakMap<Socket, Promise<void>>();
  return async ({ socket }, response) => {
    const turn = answered.get(socket) ?? Promise.resolve();
    const done = new Promise<void>((resolve) => {
      // `close` comes when the answer has been handed to the system, or the connection is gone
      response.once('close', resolve);
      socket.once('close', resolve);
      response.once('close', () => socket.off('close', resolve));
    });
    answered.set(
      socket,
      turn.then(() => done),
    );
    await turn;
    return !socket.destroyed;
  };
}
