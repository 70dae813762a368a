/** A disk that is full: refusals that say so, nothing damaged, and recovery without a restart. Real processes, a real file system. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, newEvent, RawClient } from '../bus/server/testing/raw-client.js';
import { BusProcess, eventBus } from './support/bus-process.js';
import { ServiceProcess } from './support/service-process.js';
import { SmallDisk } from './support/small-disk.js';

const disk = SmallDisk.mount(24);

describe.skipIf(disk === undefined)('a full disk', () => {
  // while tests are only listed there may be none
  const path = disk?.path ?? '';
  const fill = (): void => disk?.fill();
  const free = (): void => disk?.free();
  let bus: BusProcess | undefined;
  let service: ServiceProcess | undefined;
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
  });
  afterEach(async () => {
    await service?.end();
    await bus?.end('SIGKILL');
    free();
    for (const name of ['log', 'state']) rmSync(join(path, name), { recursive: true, force: true });
    rmSync(directory, { recursive: true });
  });
  afterAll(() => disk?.unmount());

  const publish = async (client: RawClient, id: string, text = 'x'): Promise<string> => {
    client.say({ message_type: 'new', batch_id: id, events: [newEvent('T', 'key', { text })] });
    const { message_type: type, code, message, receipts } = await client.hearAny();
    return type === 'error' ? `${code}: ${message}` : receipts[0]!.status;
  };

  it('of the log: events are refused with what to do, and accepted again when there is room', async () => {
    const store = `log:${path}/log`;
    bus = await BusProcess.start(store);
    const client = await RawClient.connect(bus.address);
    await client.register('sender', [], { features: ALL_FEATURES });
    let accepted = 0;
    for (; accepted < 50; accepted += 1) expect(await publish(client, `before-${accepted}`)).toBe('success');
    for (let round = 0; round < 3; round += 1) {
      fill();
      const text = 'x'.repeat(100_000);
      expect(await publish(client, `full-${round}`, text)).toMatch(
        /^store_unavailable: .*(ENOSPC|no space)/i,
      );
      expect(await publish(client, `again-${round}`, text)).toMatch(/^store_unavailable/);
      const ready = await fetch(`${bus.address.replace('ws:', 'http:')}/ready`);
      expect(ready.status).toBe(503);
      // what is there can be read all the same
      expect(await bus.get('/events?limit=1')).toMatchObject({ events: [{ position: '1' }] });
      free();
      expect(await publish(client, `full-${round}`, text)).toBe('success');
      expect(await publish(client, `again-${round}`, text)).toBe('success');
      accepted += 2;
      expect((await fetch(`${bus.address.replace('ws:', 'http:')}/ready`)).status).toBe(200);
    }
    await client.close();
    expect(await bus.end('SIGTERM')).toBe(0);
    const { code, out } = await eventBus('verify', '--store', store);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      events: accepted,
      unfinishedBytes: 0,
      indexedPosition: accepted,
    });
  });

  it('at the start of a bus: it ends with a line that says so, and starts when there is room', async () => {
    const store = `log:${path}/log`;
    bus = await BusProcess.start(store);
    const client = await RawClient.connect(bus.address);
    await client.publish('T', 'key');
    await client.close();
    await bus.end('SIGKILL');
    fill();
    const { code, complaint } = await eventBus('server', '--store', store, '-b', '127.0.0.1:0');
    expect(code).toBe(1);
    expect(complaint).toMatch(/ENOSPC|no space left/i);
    free();
    bus = await BusProcess.start(store);
    expect(await bus.get('/totals')).toMatchObject({ head: '1' });
  });

  it('of a state: the service says so, loses nothing, and goes on when there is room', async () => {
    const script = join(directory, 'counter.lua');
    writeFileSync(script, COUNTER);
    bus = await BusProcess.start(`log:${directory}/log`);
    service = await ServiceProcess.start(script, bus.address, `embedded:${path}/state`);
    const client = await RawClient.connect(bus.address);
    const text = 'x'.repeat(50_000);
    let sent = 0;
    const send = async (count: number): Promise<void> => {
      for (const end = sent + count; sent < end; sent += 1)
        await client.publish('Counted', `k${sent}`, { n: sent, text });
    };
    await send(10);
    await expect.poll(() => service!.json('/count')).toMatchObject({ count: 10 });
    fill();
    await send(40);
    await expect.poll(() => service!.status('/health_check'), { timeout: 15_000 }).toBe(503);
    expect(service.output.join('')).toMatch(/no space left/i);
    free();
    await expect
      .poll(() => service!.json('/count'), { timeout: 25_000 })
      .toMatchObject({ count: 50, sum: (50 * 49) / 2 });
    expect(await service.status('/health_check')).toBe(200);
    expect(service.running).toBe(true);
    await client.close();
  });
});

const COUNTER = `
bus:register("counter")
bus:projection("Counted", function(event)
  redis:set("count", (redis:get("count") or 0) + 1)
  redis:set("sum", (redis:get("sum") or 0) + event.data.n)
  redis:set("text:" .. event.data.n, event.data.text)
end)
bus:route("GET", "/count", function() return HTTP_OK, { count = redis:get("count") or 0, sum = redis:get("sum") or 0 } end)
`;
