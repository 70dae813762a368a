import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../common/log.js';
import type { ServiceList } from '../../common/pages/operator.js';
import { SETTINGS } from '../settings.js';
import { StandInBank } from '../testing/stand-in-bank.js';
import { Directory } from './directory.js';
import { fromBus } from './source.js';

let bank: StandInBank;
let directory: Directory;
afterEach(async () => {
  await directory.close();
  await bank.close();
});

describe('instances that have registered with the bus', () => {
  it('are in rotation, whatever another one says is its address; that is told once', async () => {
    bank = new StandInBank();
    const good = await bank.instance('users');
    const unusable = ['http://host:1', 'host:1/api', '', 'a b'];
    const addresses = [...unusable, good.url.replace('http://', '')];
    const instances = addresses.map((http_address) => ({ http_address, routes: [] }));
    let looks = 0;
    const lines: string[] = [];
    directory = new Directory(
      fromBus(async () => {
        looks += 1;
        return { services: [{ client_type: 'users', instances }] } as unknown as ServiceList;
      }),
      { ...SETTINGS, discoveryMs: 1 },
      createLogger({ name: 'gateway', level: 'warn', destination: { write: (line) => lines.push(line) } }),
    );
    await directory.start();
    expect(directory.pick('users')?.url).toBe(good.url);
    expect(directory.all()).toHaveLength(1);
    await expect.poll(() => looks).toBeGreaterThan(2);
    expect(lines.map((line) => JSON.parse(line).url)).toEqual(unusable.map((address) => `http://${address}`));
  });
});
