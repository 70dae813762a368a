import { connect } from 'node:net';
import type { Random } from '../../common/random.js';
import { mutateBytes, mutateJson, pick } from './mutate.js';
import { notHanging } from './target.js';

/** HTTP as bytes on a socket: requests that are nearly right, alone or one behind the other, and what comes back. */
export interface Example {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** Sends the bytes, ends its side, and gives what the server says until it ends its own. */
export function answerTo(port: number, request: Buffer): Promise<string> {
  return notHanging(
    'the answer',
    new Promise((resolve) => {
      let answer = '';
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('data', (data) => {
        if (answer.length < ANSWER_BYTES_MAX) answer += data.toString('latin1');
        // these have no end
        if (/^HTTP\/1\.1 101|content-type: text\/event-stream/im.test(answer.slice(0, 2000)))
          socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('end', () => socket.destroy());
      socket.on('close', () => resolve(answer));
      socket.end(request);
    }),
  );
}

/** Status codes of all answers in a row of them. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/(?:^|\n|\}|\])HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

const TARGETS = [
  '%',
  '%zz',
  '%00',
  '%c3%28',
  '%2e%2e',
  '..',
  '//',
  '?',
  '??',
  '&',
  '=',
  '#',
  '+',
  'a'.repeat(3000),
  '%F0%9F%98%80',
  '-1',
  '1e9',
  '9007199254740993',
  '*',
  '__proto__',
  '{id}',
];
const HEADERS = [
  'Content-Type: text/plain',
  'Content-Type: application/json; charset=utf-16',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked, chunked',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 99999999999',
  'Content-Length: 0x5',
  'Expect: 100-continue',
  'Expect: x',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Connection: close',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Extensions: permessage-deflate; x=',
  'Sec-WebSocket-Protocol: ,',
  'Idempotency-Key: k',
  'Idempotency-Key: ',
  'X-Correlation-Id: nothing',
  'X-Correlation-Id: 0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
  'X-Caller: \u00e4',
  'Prefer: respond-async',
  'Cookie: a=b; __proto__=c',
  'Host: other',
  'Origin: null',
  'Accept-Encoding: gzip;q=x',
  'If-None-Match: *',
  'Range: bytes=9-1',
  'Authorization: Bearer x',
  `X-Long: ${'y'.repeat(9000)}`,
  ': nothing',
  'No colon',
  ' folded: x',
  'X\u0001: y',
];
const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PROPFIND',
  'get',
  'G',
  '',
];

/** One to three requests on one connection, each an example with something changed; in a third of the cases its bytes, too. */
export function requestBytes(random: Random, examples: readonly Example[]): Buffer {
  const requests = Array.from({ length: random.int(4) === 0 ? 1 + random.int(3) : 1 }, () =>
    oneRequest(random, pick(random, examples)),
  );
  const bytes = Buffer.concat(requests);
  return random.int(3) === 0 ? mutateBytes(random, bytes, oneRequest(random, pick(random, examples))) : bytes;
}

function oneRequest(random: Random, { method, path, body }: Example): Buffer {
  const rarely = (n: number): boolean => random.int(n) === 0;
  const verb = rarely(6) ? pick(random, METHODS) : method;
  const target = rarely(2) ? changedTarget(random, path) : path;
  const text = body === undefined && !rarely(5) ? '' : bodyText(random, body ?? {});
  const headers = ['Host: localhost'];
  if (!rarely(8)) headers.push('Content-Type: application/json');
  while (rarely(3)) headers.push(pick(random, HEADERS));
  if (rarely(6)) return chunked(random, `${verb} ${target} HTTP/1.1\r\n${headers.join('\r\n')}\r\n`, text);
  if (text !== '' && !rarely(10))
    headers.push(`Content-Length: ${Buffer.byteLength(text) + (rarely(10) ? random.int(5) - 2 : 0)}`);
  return Buffer.from(
    `${verb} ${target} HTTP/1.${rarely(20) ? random.int(10) : 1}\r\n${headers.join('\r\n')}\r\n\r\n${text}`,
    'latin1',
  );
}

function changedTarget(random: Random, path: string): string {
  switch (random.int(4)) {
    case 0: {
      const parts = path.split('/');
      parts[random.int(parts.length)] = pick(random, TARGETS);
      return parts.join('/') || '/';
    }
    case 1:
      return `${path}${path.includes('?') ? '&' : '?'}${pick(random, ['limit', 'after', 'since', 'key', 'x', ''])}=${pick(random, TARGETS)}`;
    case 2:
      return mutateBytes(random, Buffer.from(path))
        .toString('latin1')
        .replace(/[\r\n ]/g, '');
    default:
      return path + pick(random, TARGETS);
  }
}

function bodyText(random: Random, body: object): string {
  if (random.int(4) === 0) return JSON.stringify(body);
  const text = Buffer.from(JSON.stringify(mutateJson(random, body as never)));
  return (random.int(3) === 0 ? mutateBytes(random, text) : text).toString('latin1');
}

/** In chunks, some of which are not what they say. */
function chunked(random: Random, head: string, text: string): Buffer {
  const size = text.length.toString(16);
  const said = pick(random, [
    size,
    size,
    size,
    `0${size}`,
    `${size};x=y`,
    `-${size}`,
    'ffffffffffffffff',
    'x',
    `${size} `,
  ]);
  const end = pick(random, ['0\r\n\r\n', '0\r\n\r\n', '0\r\nX-Trailer: y\r\n\r\n', '0\r\n', '']);
  return Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${said}\r\n${text}\r\n${end}`, 'latin1');
}
