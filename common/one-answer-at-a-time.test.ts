import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { oneAnswerAtATime } from './one-answer-at-a-time.js';

it('works on requests of one connection in turn, on those of others at once', async () => {
  const working: { path: string; response: ServerResponse }[] = [];
  const abandoned: string[] = [];
  let wake: () => void = () => undefined;
  const myTurn = oneAnswerAtATime();
  const server = createServer(async (request, response) => {
    if (!(await myTurn(request, response))) {
      abandoned.push(request.url!);
      wake();
      return;
    }
    working.push({ path: request.url!, response });
    wake();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (...paths: string[]) => {
    const socket = connect(port, '127.0.0.1').resume();
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    return socket;
  };
  const worked = async (count: number): Promise<string[]> => {
    while (working.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return working.map(({ path }) => path);
  };
  const first = ask('/1', '/2', '/3');
  await worked(1);
  const second = ask('/other');
  expect(await worked(2)).toEqual(['/1', '/other']);
  working[0]!.response.end('answer');
  expect(await worked(3)).toEqual(['/1', '/other', '/2']);
  // what somebody asked for who is gone is not worked on
  first.destroy();
  while (abandoned.length === 0)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  expect(abandoned).toEqual(['/3']);
  expect(working).toHaveLength(3);
  second.destroy();
  server.close();
  await once(server, 'close');
});
