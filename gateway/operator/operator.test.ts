import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlRequest } from '../../common/control.js';
import { Listener } from '../testing/listener.js';
import { Rig } from '../testing/rig.js';

/** A bus of which only what the gateway asks is there. */
let heard: { method: string; url: string; token: string | undefined; body: string }[];
let streams: ServerResponse[];
let log: { position: string }[];
let rig: Rig;
let listeners: Listener[];
/** A launcher that says what it was asked. */
const launcher = {
  heard: (_message: unknown): void => undefined,
  send({ control, method, path }: ControlRequest): void {
    if (path === '/populate/tell')
      this.heard({ news: 'populate', data: { state: 'running', done: 1, total: 2, rate: 0 } });
    const status = path.includes('nobody') ? 404 : 200;
    const refusal = { error: 'There is no process nobody.', code: 'not_found' };
    this.heard({ control, status, text: JSON.stringify(status === 200 ? { method, path } : refusal) });
  },
  onMessage(heard: (message: unknown) => void): void {
    this.heard = heard;
  },
};
const bus = createServer((request, response) => void answer(request, response));

beforeEach(async () => {
  [heard, streams, listeners] = [[], [], []];
  log = Array.from({ length: 3 }, (_, n) => ({ position: String(n + 1), event_type: 'E' }));
  await new Promise<void>((resolve) => bus.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(bus.address() as AddressInfo).port}`;
  rig = await Rig.start({ bus: url, busToken: 'secret', control: launcher, settings: { overviewMs: 20 } });
  rig.bank.user('ada', [1]);
  rig.bank.user('olga');
});
afterEach(async () => {
  for (const listener of listeners) listener.close();
  await rig.stop();
  bus.closeAllConnections();
  await new Promise((resolve) => bus.close(resolve));
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method = '', url = '', headers } = request;
  heard.push({ method, url, token: headers.authorization, body });
  if (url.startsWith('/events/stream')) {
    const after = Number(new URL(url, 'http://bus').searchParams.get('after'));
    streams.push(response);
    response.writeHead(200);
    response.write(
      log
        .filter(({ position }) => Number(position) > after)
        .map(line)
        .join(''),
    );
    return;
  }
  const status = url.startsWith('/parked/nix') ? 404 : 200;
  const refusal = { error: 'not_parked', message: 'No parked event has this id.' };
  response
    .writeHead(status)
    .end(JSON.stringify(status === 404 ? refusal : { url, head: '3', services: [], parked: [] }));
}

const line = (event: object) => `${JSON.stringify(event)}\n`;

function happens(): void {
  const event = { position: String(log.length + 1), event_type: 'E' };
  log.push(event);
  for (const stream of streams) stream.write(line(event));
}

async function page(as: string): Promise<Listener> {
  const listener = await Listener.open(`${rig.gateway.url}/api/live`);
  listeners.push(listener);
  listener.send({ type: 'hello', access: await rig.bank.token('access', as) });
  return listener;
}

const positions = (listener: Listener) =>
  listener
    .with({ type: 'update', topic: 'events' })
    .flatMap(({ data }) => (data as { position: string }[]).map(({ position }) => Number(position)));

describe('an operator', () => {
  it.each([
    ['GET', '/events?limit=1&event_types=A,B', '/events?limit=1&event_types=A,B'],
    ['GET', '/events/12', '/events/12'],
    ['GET', '/keys?prefix=acc%2F', '/keys?prefix=acc%2F'],
    ['GET', '/keys/acc%2F1', '/keys/acc%2F1'],
    ['GET', '/correlations/c', '/correlations/c'],
    ['GET', '/totals', '/totals'],
    ['GET', '/totals/hours?limit=2', '/totals/hours?limit=2'],
    ['GET', '/totals/traces', '/totals/traces'],
    ['GET', '/events?order=newest&before=9', '/events?order=newest&before=9'],
    ['GET', '/services', '/services'],
    ['GET', '/parked?after=a:1', '/parked?after=a:1'],
    ['GET', '/skips', '/skips'],
    ['POST', '/parked/a:1/retry', '/parked/a%3A1/retry'],
    ['POST', '/instances/7/drain', '/sessions/7/drain'],
  ])('asks the bus by %s %s, with the gateway’s token; nobody else does', async (method, path, at) => {
    expect((await rig.ask(method, `/api/operator${path}`, { as: 'ada' })).status).toBe(403);
    expect(heard).toEqual([]);
    const answer = await rig.ask(method, `/api/operator${path}`, { as: 'olga' });
    expect(answer).toMatchObject({ status: 200, body: { url: at } });
    expect(heard).toMatchObject([{ method, url: at, token: 'Bearer secret' }]);
  });

  it('skips a parked event with a reason, and not without', async () => {
    const skip = (body: object) => rig.ask('POST', '/api/operator/parked/a:1/skip', { as: 'olga', body });
    expect(await skip({})).toMatchObject({ status: 400, body: { field: 'reason' } });
    expect((await skip({ reason: 'broken' })).status).toBe(200);
    expect(heard).toMatchObject([{ url: '/parked/a%3A1/skip', body: '{"reason":"broken"}' }]);
  });

  it('is told the bus’s refusals as those of everything else', async () => {
    expect(await rig.ask('POST', '/api/operator/parked/nix/retry', { as: 'olga' })).toMatchObject({
      status: 404,
      body: { error: 'No parked event has this id.', code: 'not_parked' },
    });
  });

  it('kills processes in demonstrations only', async () => {
    expect((await rig.ask('POST', '/api/operator/instances/7/kill', { as: 'olga' })).status).toBe(403);
    expect((await rig.ask('POST', '/api/operator/populate', { as: 'olga' })).status).toBe(403);
  });

  it('asks the launcher, and is told what it refuses', async () => {
    expect((await rig.ask('GET', '/api/operator/time?service=a', { as: 'olga' })).body).toEqual({
      method: 'GET',
      path: '/time?service=a',
    });
    expect(await rig.ask('GET', '/api/operator/time?service=nobody', { as: 'olga' })).toMatchObject({
      status: 404,
      body: { error: 'There is no process nobody.', code: 'not_found' },
    });
  });

  it('reaches the services’ own routes and gets their own answers', async () => {
    expect(await rig.ask('GET', '/services/users/user/ada', { as: 'ada' })).toMatchObject({ status: 403 });
    expect(await rig.ask('GET', '/services/users/user/ada', { as: 'olga' })).toMatchObject({
      status: 200,
      body: { accounts: [1] },
    });
    const own = await rig.ask('POST', '/services/accounts/account/1/withdrawal?x=1', {
      as: 'olga',
      body: { amount: 1001 },
    });
    expect(own).toMatchObject({ status: 400, body: { error: 'not enough funds', field: 'amount' } });
    expect(rig.bank.heard.at(-1)).toMatchObject({
      url: '/account/1/withdrawal?x=1',
      headers: { 'x-caller': 'olga' },
    });
    expect((await rig.ask('GET', '/services/nix/x', { as: 'olga' })).status).toBe(404);
  });
});

describe('an operator’s page', () => {
  it('follows every event after its cursor, in order, over broken connections', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'events', after: 1 });
    await expect.poll(() => positions(olga)).toEqual([2, 3]);
    happens();
    await expect.poll(() => positions(olga)).toEqual([2, 3, 4]);
    for (const stream of streams.splice(0)) stream.destroy();
    happens();
    await expect.poll(() => positions(olga)).toEqual([2, 3, 4, 5]);
    expect(olga.with({ type: 'subscribed', topic: 'events' })).toHaveLength(1);
    expect(olga.frames.at(-1)).toMatchObject({ cursor: 5 });
  });

  it('learns where the log ends, so that it knows how far behind it is', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'events', after: 1 });
    await expect.poll(() => olga.with({ type: 'subscribed', topic: 'events' })).toMatchObject([{ head: 3 }]);
  });

  it('is told how far the filling of the bank is, as it is now and whenever that changes', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'populate' });
    await expect
      .poll(() => olga.with({ type: 'update', topic: 'populate' }))
      .toMatchObject([{ cursor: 1, data: { state: 'running', done: 1 } }]);
    const done = { state: 'done', done: 2, total: 2, rate: 7 };
    launcher.heard({ news: 'populate', data: done });
    await expect
      .poll(() => olga.with({ type: 'update', topic: 'populate' }))
      .toMatchObject([{ cursor: 1 }, { cursor: 2, data: done }]);
    const kinds = olga.frames.map(({ type }) => type);
    expect(kinds).toEqual(['ready', 'subscribed', 'update', 'update']);
  });

  it('of somebody else is not told of the filling', async () => {
    const ada = await page('ada');
    ada.send({ type: 'subscribe', topic: 'populate' });
    await expect
      .poll(() => ada.with({ type: 'error', topic: 'populate' }))
      .toMatchObject([{ code: 'forbidden' }]);
    launcher.heard({ news: 'populate', data: { state: 'done' } });
    ada.send({ type: 'subscribe', topic: 'nothing' });
    await expect.poll(() => ada.with({ type: 'error', topic: 'nothing' })).toHaveLength(1);
    expect(ada.with({ type: 'update' })).toEqual([]);
  });

  it('without a cursor is told what happens from then on', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'events' });
    await expect.poll(() => olga.with({ type: 'subscribed' })).toHaveLength(1);
    happens();
    await expect.poll(() => positions(olga)).toEqual([4]);
  });

  it('gets many events in few frames', async () => {
    log = Array.from({ length: 1_200 }, (_, n) => ({ position: String(n + 1) }));
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'events', after: 0 });
    await expect.poll(() => positions(olga).length).toBe(1_200);
    expect(positions(olga)).toEqual(log.map(({ position }) => Number(position)));
    expect(olga.with({ topic: 'events', type: 'update' }).length).toBeLessThan(12);
  });

  it('lets go of the bus when it leaves', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'events', after: 0 });
    await expect.poll(() => streams.length).toBe(1);
    const gone = new Promise((resolve) => streams[0]!.once('close', resolve));
    olga.close();
    await gone;
  });

  it('sees the services again and again, and parked events when they change', async () => {
    const olga = await page('olga');
    olga.send({ type: 'subscribe', topic: 'services' });
    olga.send({ type: 'subscribe', topic: 'parked' });
    await expect.poll(() => olga.with({ type: 'update', topic: 'services' }).length).toBeGreaterThan(3);
    expect(olga.with({ type: 'update', topic: 'services' }).at(-1)).toMatchObject({
      data: { bus: true, health: [{ client_type: 'users', healthy: true }, {}, {}] },
    });
    expect(olga.with({ type: 'update', topic: 'parked' })).toHaveLength(1);
  });
});
