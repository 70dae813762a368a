import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES } from '../testing/raw-client.js';
import { TestBus } from '../testing/test-bus.js';

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start();
});
afterEach(() => bus.stop());

describe('the HTTP side', () => {
  it('says that it lives and that it takes work', async () => {
    expect(await bus.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await bus.get('/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('answers an unknown address with 404 in JSON', async () => {
    expect(await bus.get('/nowhere')).toMatchObject({ status: 404, body: { error: 'not_found' } });
  });

  it.each([
    ['POST', '/events', 'GET, HEAD'],
    ['DELETE', '/keys/a', 'GET, HEAD'],
    ['GET', '/parked/a:1/retry', 'POST'],
    ['PUT', '/health', 'GET, HEAD'],
  ])('answers %s %s with 405 and what is allowed', async (method, path, allow) => {
    const { status, body, headers } = await bus.request(method, path);
    expect({ status, error: body.error }).toEqual({ status: 405, error: 'method_not_allowed' });
    expect(headers.get('allow')).toBe(allow);
  });

  it('answers HEAD where it answers GET', async () => {
    expect((await bus.request('HEAD', '/services')).status).toBe(200);
  });

  it.each([
    '/events?key=',
    '/events?event_types=',
    '/events?correlation=',
    '/keys?prefix=',
    '/keys?after=',
    '/keys/',
    '/correlations/',
  ])('refuses a name that is longer than any: %s', async (path) => {
    const { status, body } = await bus.get(`${path}${'x'.repeat(2000)}`);
    expect([status, body.error]).toEqual(path.endsWith('=') ? [400, 'bad_request'] : [404, 'not_found']);
  });

  it('refuses a body above its limit', async () => {
    const body = { reason: 'x'.repeat(100_000) };
    expect(await bus.request('POST', '/parked/a:1/skip', body)).toMatchObject({
      status: 413,
      body: { error: 'too_large' },
    });
  });

  it('has numbers for Prometheus', async () => {
    const client = await bus.connect();
    await client.register('accounts', ['T']);
    await client.publish('T', 'k');
    await client.hear('event');
    const text = await (await fetch(`http://127.0.0.1:${bus.running.port}/metrics`)).text();
    expect(text).toContain('event_bus_events_committed_total 1');
    expect(text).toContain('event_bus_receipts_total{status="success"} 1');
    expect(text).toContain('event_bus_in_flight{client_type="accounts"} 1');
    expect(text).toContain('event_bus_sessions 1');
  });
});

describe('the services', () => {
  it('are listed with their instances, what they hold and what they owe', async () => {
    const client = await bus.connect();
    const instance = {
      id: 'i-1',
      http_address: 'http://localhost:5003',
      script: 'accounts.lua',
      version: 'abc',
      routes: [{ method: 'GET', pattern: '/account/{id}' }],
    };
    const { session_id } = await client.register('accounts', ['T'], { features: ALL_FEATURES, instance });
    await client.publish('T', 'k');
    await client.hearEvents(1);
    expect((await bus.get('/services')).body).toEqual({
      services: [
        {
          client_type: 'accounts',
          event_types: ['T'],
          owed: 1,
          oldest_age_ms: expect.any(Number),
          acknowledged: '0',
          parked: 0,
          redelivered: 0,
          in_flight: 1,
          acknowledged_per_second: 0,
          instances: [
            {
              ...instance,
              session_id,
              keys: 1,
              in_flight: 1,
              acknowledged_count: 0,
              acknowledged_per_second: 0,
              draining: false,
              since: expect.any(String),
            },
          ],
        },
      ],
    });
  });

  it('stay in the list while nobody of them is there, and are paged', async () => {
    for (const clientType of ['b', 'a']) {
      const client = await bus.connect();
      await client.register(clientType, ['T']);
      await client.close();
    }
    expect((await bus.get('/services?limit=1')).body).toMatchObject({
      services: [{ client_type: 'a', oldest_age_ms: null }],
      next: 'a',
    });
    expect((await bus.get('/services?after=a')).body).toMatchObject({ services: [{ client_type: 'b' }] });
  });
});
