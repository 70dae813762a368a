import helmet from '@fastify/helmet';
import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';
import { HELMET_OPTIONS, securityHeaders } from './security-headers.js';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const HEADERS = {
  'content-security-policy':
    "default-src 'self';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

describe('the headers for browsers', () => {
  it('are these', async () => {
    expect(await securityHeaders()).toEqual(HEADERS);
  });

  it('are the same for every request, as helmet makes them', async () => {
    const app = fastify();
    await app.register(helmet, HELMET_OPTIONS);
    app.post('/some/where', async (_, reply) => reply.raw.getHeaders());
    const requests = [
      { headers: { origin: 'http://elsewhere.example', 'user-agent': 'Mozilla/5.0 (compatible; MSIE 8.0)' } },
      { headers: { 'x-forwarded-proto': 'https', accept: 'text/html' } },
    ];
    for (const request of requests)
      expect((await app.inject({ method: 'POST', url: '/some/where?a=b', ...request })).json()).toEqual(
        HEADERS,
      );
    await app.close();
  });

  it('are on answers, on refusals, and on what is not there', async () => {
    rig = await Rig.start();
    const answers = [
      await rig.ask('GET', '/api/mode'),
      await rig.ask('GET', '/api/me'),
      await rig.ask('GET', '/nothing'),
      await rig.ask('POST', '/api/transfers', { headers: { origin: 'http://elsewhere.example' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 403]);
    for (const { headers } of answers) expect(Object.fromEntries(headers)).toMatchObject(HEADERS);
  });
});
