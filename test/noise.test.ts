/** Clients that never read, never acknowledge, send a byte now and then, or open sockets by the thousand: the others are served. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, RawClient } from '../bus/server/testing/raw-client.js';
import { residentMiB } from './fuzz/targets/bus-under-fire.js';
import { BusProcess } from './support/bus-process.js';
import { handlesOf, Noise, socketsAllowed, textFrame, UPGRADE } from './support/noise.js';
import { ServiceProcess } from './support/service-process.js';

/** Generous: the machine may be busy with other tests. */
const SERVED_MS_MAX = 5000;
const GROWTH_MIB_MAX = 600;
/** files that the process itself may have opened meanwhile */
const OWN_HANDLES_MAX = 20;
/** of the good client while it is noisy */
const TURNS = 30;
const SOCKETS = 5000;

const TEXT = 'x'.repeat(20_000);
const OBSERVE = textFrame('{"message_type":"observe","event_types":["*"],"after":"0"}');
const GREEDY = textFrame('{"message_type":"query","event_types":["*"],"since":"*"}').repeat(60);
const REGISTER = textFrame('{"message_type":"register","client_type":"deaf","event_types":["T"]}');

describe.runIf(process.platform === 'linux')('noise', () => {
  let directory: string;
  let bus: BusProcess;
  let service: ServiceProcess | undefined;
  let good: RawClient;
  let noise: Noise | undefined;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'noise-'));
    bus = await BusProcess.start(`log:${directory}/log`);
    good = await RawClient.connect(bus.address);
    await good.register('good', ['T'], { features: ALL_FEATURES });
  });
  afterEach(async () => {
    noise?.end();
    await good.close();
    await service?.end();
    service = undefined;
    await bus.end('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  /** Sends an event and gets it back, again and again. */
  async function turns(): Promise<void> {
    for (let n = 0; n < TURNS; n += 1) {
      const begun = performance.now();
      await good.publish('T', 'good', { text: TEXT });
      const [event] = await good.hearEvents(1);
      good.say({ message_type: 'ack', delivery: event!.delivery });
      expect(performance.now() - begun).toBeLessThan(SERVED_MS_MAX);
    }
  }

  async function deafInstances(): Promise<number> {
    const { services } = (await bus.get('/services')) as {
      services: { client_type: string; instances: unknown[] }[];
    };
    return services.find(({ client_type: type }) => type === 'deaf')?.instances.length ?? 0;
  }

  async function expectQuiet(pid: number, handles: number, resident: number): Promise<void> {
    expect(residentMiB(pid) - resident).toBeLessThan(GROWTH_MIB_MAX);
    noise!.end();
    await expect.poll(() => handlesOf(pid), { timeout: 20_000 }).toBeLessThan(handles + OWN_HANDLES_MAX);
  }

  it('at the bus, of those who never read, never acknowledge or trickle: the others are served, and all is freed', async () => {
    await turns();
    const [handles, resident] = [handlesOf(bus.pid), residentMiB(bus.pid)];
    noise = new Noise(Number(new URL(bus.address).port));
    await noise.silent(20, UPGRADE + OBSERVE);
    await noise.silent(20, UPGRADE + GREEDY);
    await noise.silent(20, UPGRADE + REGISTER);
    await expect.poll(deafInstances).toBe(20);
    await noise.silent(20, 'GET /events HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50));
    await noise.dripping(20, UPGRADE, textFrame('{"message_type":"drain"}'));
    await noise.dripping(20, '', UPGRADE);
    await noise.dripping(
      20,
      'POST /parked/a:1/skip HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n',
      ' ',
    );
    await turns();
    await expectQuiet(bus.pid, handles, resident);
    await turns();
    await expect.poll(deafInstances).toBe(0);
  }, 60_000);

  it(`at the bus, of ${SOCKETS} sockets: the others are served, and all is freed`, async () => {
    await turns();
    const [handles, resident] = [handlesOf(bus.pid), residentMiB(bus.pid)];
    noise = new Noise(Number(new URL(bus.address).port));
    const count = socketsAllowed(SOCKETS);
    for (let left = count; left > 0; left -= 250)
      await noise.silent(Math.min(250, left), left % 500 === 0 ? UPGRADE : '');
    await turns();
    await expectQuiet(bus.pid, handles, resident);
    await turns();
  }, 60_000);

  it('at a service, of trickling, unread and thousands of sockets: the others are served, and all is freed', async () => {
    const script = join(directory, 'large.lua');
    writeFileSync(
      script,
      `bus:register("large")
       bus:route("GET", "/large", function() return HTTP_OK, { text = ("x"):rep(500000) } end)
       bus:route("POST", "/small", function(request) return HTTP_OK, { got = request.body.n } end)`,
    );
    service = await ServiceProcess.start(script, bus.address, 'memory');
    const ask = async (): Promise<void> => {
      for (let n = 0; n < TURNS; n += 1) {
        const begun = performance.now();
        const answer = await fetch(`${service!.url}/small`, { method: 'POST', body: `{"n":${n}}` });
        expect(await answer.json()).toEqual({ got: n });
        expect(performance.now() - begun).toBeLessThan(SERVED_MS_MAX);
      }
    };
    await ask();
    const [handles, resident] = [handlesOf(service.pid), residentMiB(service.pid)];
    noise = new Noise(service.port);
    await noise.silent(30, 'GET /large HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(30));
    await noise.dripping(20, '', 'GET /small HTTP/1.1\r\nHost: x\r\n');
    await noise.dripping(20, 'POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n', ' ');
    await noise.dripping(
      20,
      'POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      '1\r\nx\r\n',
    );
    await ask();
    const count = socketsAllowed(SOCKETS);
    for (let left = count; left > 0; left -= 250) await noise.silent(Math.min(250, left));
    await ask();
    await expectQuiet(service.pid, handles, resident);
    await ask();
  }, 60_000);
});
