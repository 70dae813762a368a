import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { UpdateHub } from './update-hub.js';

/** Where a service's updates are watched. */
export const UPDATES_PATH = '/updates';
/** A message names a topic; above it the connection ends (1009). */
const MESSAGE_BYTES_MAX = 4096;

/** Takes the WebSocket connections of a service's own HTTP server. */
export function acceptWatchers(server: Server, hub: UpdateHub): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: false,
  });
  server.on('upgrade', (request, connection, head) => {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== UPDATES_PATH) refuse(connection, '404 Not Found');
    else if (hub.full) refuse(connection, '503 Service Unavailable');
    else sockets.handleUpgrade(request, connection, head, (socket) => hub.watch(socket, connection));
  });
}

function refuse(connection: Duplex, status: string): void {
  connection.on('error', () => connection.destroy());
  connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
