/** HTTP over plain sockets, one request at a time on each: the client shall cost as little as it can. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HttpJob, type JobResult, nowNs } from './jobs.js';
import type { Begin } from './main.js';

export async function requestPages(job: HttpJob, begin: Begin): Promise<JobResult['http']> {
  const { hostname, port, host } = new URL(job.address);
  const request = `GET ${job.path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  let asked = 0;
  let answered = 0;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });
  const ask = (socket: Socket): void => {
    if (asked === job.requests) return;
    asked += 1;
    socket.write(request);
  };
  const sockets = Array.from({ length: job.connections }, () => connect(Number(port), hostname));
  for (const socket of sockets) {
    socket.setNoDelay(true);
    onAnswers(socket, () => {
      answered += 1;
      if (answered === job.requests) done();
      ask(socket);
    });
  }
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await begin();
  const startedAt = nowNs();
  for (const socket of sockets) ask(socket);
  await end;
  for (const socket of sockets) socket.destroy();
  return { startedAt, endedAt: nowNs() };
}

/** Calls back for each whole answer 200 on the socket. @throws for another status */
function onAnswers(socket: Socket, answer: () => void): void {
  let text = '';
  socket.setEncoding('latin1').on('data', (piece: string) => {
    text += piece;
    for (let head = text.indexOf('\r\n\r\n'); head >= 0; head = text.indexOf('\r\n\r\n')) {
      if (!text.startsWith('HTTP/1.1 200')) throw new Error(text.slice(0, head));
      const [, length] = /content-length: (\d+)/i.exec(text) ?? [];
      const end = head + 4 + Number(length);
      if (text.length < end) return;
      text = text.slice(end);
      answer();
    }
  });
}
