import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { Link } from './link.js';

describe('a link', () => {
  let server: Server;
  let link: Link;
  let accepted: Socket[];
  let clients: Socket[];

  beforeEach(async () => {
    [accepted, clients] = [[], []];
    server = createServer((socket) => {
      accepted.push(socket.on('error', () => undefined));
      socket.on('data', (data) => socket.write(data));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    link = await Link.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  });

  afterEach(async () => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
    await link.close();
    server.close();
    await once(server, 'close');
  });

  interface Client {
    readonly socket: Socket;
    said: string;
    closed: boolean;
  }

  function client(): Client {
    const socket = connect(link.port, '127.0.0.1');
    const one: Client = { socket, said: '', closed: false };
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      one.said += data;
    });
    socket.on('close', () => {
      one.closed = true;
    });
    clients.push(socket);
    return one;
  }

  async function connected(): Promise<Client> {
    const one = client();
    one.socket.write('hello');
    await until(() => one.said === 'hello');
    return one;
  }

  it('passes on what both sides say', async () => {
    await connected();
  });

  it('ends every connection when it is cut, and takes new ones', async () => {
    const one = await connected();
    link.cut();
    await until(() => one.closed && accepted[0]!.destroyed);
    await connected();
  });

  it('holds everything back while it is frozen, and passes it on when it thaws', async () => {
    const one = await connected();
    link.freeze();
    one.socket.write(', world');
    const other = client();
    other.socket.write('late');
    await once(other.socket, 'connect');
    // What is frozen stays so however long it takes: a whole round trip on another connection does not bring it.
    await roundTripBeside();
    expect([one.said, other.said, one.closed]).toEqual(['hello', '', false]);
    link.thaw();
    await until(() => one.said === 'hello, world' && other.said === 'late');
  });

  it('tells nobody of an end while it is frozen, and tells it when it thaws', async () => {
    const one = await connected();
    link.freeze();
    accepted[0]!.destroy();
    await roundTripBeside();
    expect(one.closed).toBe(false);
    link.thaw();
    await until(() => one.closed);
  });

  it.each(['near', 'far'] as const)(
    'ends connections at the %s side only, while new ones work',
    async (side) => {
      const one = await connected();
      link.abandon(side);
      await until(() => (side === 'near' ? one.closed : accepted[0]!.destroyed));
      await connected();
      expect(side === 'near' ? accepted[0]!.destroyed : one.closed).toBe(false);
      link.thaw();
      await until(() => one.closed && accepted[0]!.destroyed);
    },
  );

  /** Something sent to the server and back without the link. */
  async function roundTripBeside(): Promise<void> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(socket);
    socket.write('beside');
    await once(socket, 'data');
  }
});
