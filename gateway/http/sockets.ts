import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { CLOSE, ClientSocket, type FrameHandler } from '../live/client-socket.js';
import { PageConnection } from '../live/page-connection.js';
import { StatementUpdates } from '../live/statement-updates.js';
import type { Settings } from '../settings.js';
import type { GatewayContext } from './context.js';

/** How long a stop waits until clients have answered the closing of their sockets. */
const CLOSE_MS = 1_000;

/** Takes WebSocket connections. To be called before any hook refuses one: what is refused has to be cut off by this. */
export async function acceptSockets(app: FastifyInstance, settings: Settings): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: settings.frameBytesMax, perMessageDeflate: false },
    preClose(this: FastifyInstance, done) {
      const { clients } = this.websocketServer;
      for (const client of clients) client.close(CLOSE.stopping, 'stopping');
      const cutOff = setTimeout(() => {
        for (const client of clients) client.terminate();
      }, CLOSE_MS);
      this.websocketServer.close(() => {
        clearTimeout(cutOff);
        done();
      });
    },
  });
}

/** `WS /updates` and `WS /api/live`. */
export function socketRoutes(app: FastifyInstance, context: GatewayContext): void {
  const { settings, access, topics, hub, ownership, pageTopics, clock, log } = context;
  /** by address */
  const open = new Map<string, number>();

  app.get('/updates', { websocket: true }, (socket, request) => {
    const accountOf = async (id: number, token: unknown) => {
      const topic = topics.account(id);
      if (!access.auth) return { ...topic, expiresAt: undefined };
      const { username, expiresAt } = await (typeof token === 'string'
        ? access.hello({ access: token })
        : access.caller(request));
      await ownership.require(username, id);
      return { ...topic, expiresAt };
    };
    opened(
      socket,
      request.ip,
      (parts) =>
        new StatementUpdates({ ...parts, hub, clock, accountOf, topicsMax: settings.topicsPerSocket }),
    );
  });

  app.get('/api/live', { websocket: true }, (socket, request) => {
    opened(
      socket,
      request.ip,
      ({ send, close, unreadBytes }) =>
        new PageConnection({
          access,
          clock,
          settings,
          send,
          close,
          open: pageTopics.opener(unreadBytes),
          failed: (error) => log.error({ err: error }, 'a page could not be served'),
        }),
    );
  });

  /** Gives a socket to what handles its frames; sockets beyond the limit are closed. */
  function opened(
    socket: WebSocket,
    address: string,
    handlerOf: (parts: {
      send: (text: string) => void;
      close: (code: number, reason: string) => void;
      unreadBytes: () => number;
    }) => FrameHandler,
  ): void {
    const others = open.get(address) ?? 0;
    if (app.websocketServer.clients.size > settings.socketsMax || others >= settings.socketsPerAddress) {
      socket.close(CLOSE.tooMany, 'too many connections');
      return;
    }
    open.set(address, others + 1);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    const handler: FrameHandler = handlerOf({
      send: (text) => client.send(text),
      close: (code, reason) => client.close(code, reason),
      unreadBytes: () => client.unreadBytes,
    });
    const client = new ClientSocket(socket, settings, handler);
  }
}
