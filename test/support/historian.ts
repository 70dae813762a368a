/**
 * A client with a right that only tests give: to write credits straight into the log. A history of ten thousand entries, which would take
 * minutes by requests, is there in seconds; from the log on everything goes its usual way.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { newEvent, RawClient } from '../../bus/server/testing/raw-client.js';
import type { RightsFile } from '../../common/rights-file.js';
import { rightsPath } from '../../deploy/rights.js';
import type { System } from './system.js';
import { until } from './until.js';

const HISTORIAN = 'historian';
const FRAME = 1_000;
/** For one key, of which every event waits for the one before it. */
const BOOKED_MS = 45_000;

/** Before the bus of this data folder starts. */
export async function admitHistorian(data: string): Promise<void> {
  const rights = JSON.parse(await readFile(rightsPath(data), 'utf8')) as RightsFile;
  rights.client_types[HISTORIAN] = { send: ['ConfirmedCredit'], receive: [] };
  await writeFile(rightsPath(data), JSON.stringify(rights));
}

/** Credits an empty account with one penny so many times, and waits until all are booked. @throws if the bus refuses one */
export async function writeCredits(system: System, account: number, count: number): Promise<void> {
  const historian = await RawClient.connect(system.url('bus').replace('http', 'ws'));
  await historian.register(HISTORIAN, []);
  for (let written = 0; written < count; written += FRAME) {
    const events = Array.from({ length: Math.min(FRAME, count - written) }, (_, n) => {
      const data = { id: account, amount: 1, note: `Entry ${written + n + 1}` };
      return newEvent('ConfirmedCredit', `acc-${account}`, data);
    });
    historian.say({ message_type: 'new', events });
    const { receipts } = await historian.hear('receipt');
    if (receipts.some(({ status }) => status !== 'success')) throw new Error(JSON.stringify(receipts[0]));
  }
  historian.close();
  await until(async () => (await system.bank.account(account)).balance === count, BOOKED_MS);
}
