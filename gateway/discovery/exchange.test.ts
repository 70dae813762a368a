import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { exchange, type InstanceAnswer } from './exchange.js';

let server: Server;
let pool: Pool;
afterEach(async () => {
  await pool.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** What comes of an answer that is given so. */
async function answered(
  answer: (response: ServerResponse) => void,
  { maxResponseSize = 1000, timeoutMs = 5000 } = {},
): Promise<InstanceAnswer> {
  server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { maxResponseSize });
  return exchange(pool, { method: 'GET', path: '/', headers: {}, timeoutMs });
}

describe('an answer', () => {
  it('is status, headers and the whole text, also where a piece ends within a character', async () => {
    const [first, second] = [
      Buffer.from('£5 for “Ada”').subarray(0, 1),
      Buffer.from('£5 for “Ada”').subarray(1),
    ];
    const answer = await answered((response) => {
      response
        .writeHead(201, { 'x-of': 'ours' })
        .write(first, () => setImmediate(() => response.end(second)));
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-of': 'ours' }, text: '£5 for “Ada”' });
  });

  it('may be empty', async () => {
    expect(await answered((response) => response.writeHead(204).end())).toMatchObject({
      status: 204,
      text: '',
    });
  });

  it('is the last one said: what comes before (103) is none', async () => {
    const answer = await answered((response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.end('it');
    });
    expect(answer).toMatchObject({ status: 200, text: 'it' });
  });

  it('is none if it is cut off within', async () => {
    const cut = answered((response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half', () => response.destroy());
    });
    await expect(cut).rejects.toThrow(/other side closed|terminated/);
  });

  it('is none if the rest of it does not come in time', async () => {
    const stuck = answered((response) => response.writeHead(200, { 'content-length': 10 }).write('half'), {
      timeoutMs: 50,
    });
    await expect(stuck).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
  });

  it('is none if it is longer than allowed', async () => {
    const long = answered((response) => response.end('x'.repeat(1001)));
    await expect(long).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
  });

  it('is none for a path that cannot be asked for', async () => {
    await answered((response) => response.end());
    const asked = exchange(pool, { method: 'GET', path: '/a b', headers: {}, timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
  });
});
