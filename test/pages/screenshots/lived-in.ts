/**
 * A system in which things have happened, for pictures: customers with names and notes, a crowd from a seed, a refused attempt, a service
 * that stumbles and has parked what it could not handle.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newEvent, RawClient } from '../../../bus/server/testing/raw-client.js';
import { seededRandom } from '../../../common/random.js';
import { sleep } from '../../../deploy/populate/bank.js';
import { populate } from '../../../deploy/populate/populate.js';
import { Customer } from '../../support/customer.js';
import type { ServiceProcess } from '../../support/service-process.js';
import { System } from '../../support/system.js';
import { until } from '../../support/until.js';
import { ledgerRuns } from '../ledger.js';

export const OPERATOR = 'operator';
export const CUSTOMER = 'ada';

const CROWD = {
  users: { min: 12, max: 12 },
  accounts: { min: 2, max: 2 },
  operations: { min: 12, max: 12 },
  rate: 0,
  concurrency: 20,
};

/** Amount in pence, positive: paid to Ada. */
const MOVEMENTS: readonly (readonly [pence: number, note: string])[] = [
  [182_450, 'Salary'],
  [-64_000, 'Rent'],
  [-4_215, 'Groceries'],
  [-350, 'Coffee'],
  [-2_799, 'Books for the winter term'],
  [-3_860, 'Train to York'],
  [12_500, 'Sold the old bicycle'],
  [-1_999, 'Birthday present'],
  [-5_120, 'Groceries'],
  [-640, 'Lunch'],
  [-8_900, 'Electricity'],
  [2_000, 'Your half of the taxi'],
];

const BETWEEN_MOVEMENTS_MS = 1_200;

export interface LivedIn {
  readonly system: System;
  /** of Ada, the first one with the movements */
  readonly accounts: readonly [number, number];
  /** of the transfer that pays the rent */
  readonly correlation: string;
  stop(): Promise<void>;
}

/** @param pages folder of the built pages */
export async function livedIn(pages: string): Promise<LivedIn> {
  const folder = await mkdtemp(join(tmpdir(), 'lived-in-'));
  const system = await System.start({
    instances: 2,
    gateway: { operators: [OPERATOR], demonstration: true, pages },
    adapt: (plan) => (plan.name === 'bus' ? { ...plan, args: [...plan.args, '--retry-delay', '50'] } : plan),
  });
  let ledger: ServiceProcess | undefined;
  const stop = async () => {
    await ledger?.end();
    await system.stop();
    await rm(folder, { recursive: true });
  };
  try {
    await populate(system.bank, seededRandom(7), CROWD, () => {});
    ledger = await ledgerRuns(system, folder, { mended: false });
    const moved = await adaMoves(system);
    await strangerIsLate(system);
    await until(async () => ((await system.askBus('/parked')).parked as unknown[]).length >= 2);
    return { system, ...moved, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function adaMoves(system: System): Promise<Pick<LivedIn, 'accounts' | 'correlation'>> {
  const gateway = system.url('gateway');
  const [ada, world] = [
    await Customer.register(gateway, CUSTOMER),
    await Customer.register(gateway, 'grace'),
  ];
  const [current, savings] = [await ada.open(), await ada.open(250_000)];
  const outside = await world.open(1_000_000);
  let correlation = '';
  for (const [pence, note] of MOVEMENTS) {
    const [payer, from, to] = pence > 0 ? [world, outside, current] : [ada, current, outside];
    const { body } = await payer.ask('/api/transfers', {
      body: { from, to, amount: Math.abs(pence), note },
    });
    const { transaction_id: id } = body;
    await until(async () => (await payer.ask(`/api/transfers/${id}`)).body.status === 'accepted');
    if (note === 'Rent') correlation = String(body.correlation);
    // A chart of a single instant would say nothing.
    await sleep(BETWEEN_MOVEMENTS_MS);
  }
  for (const id of [current, savings]) for (const pence of [13, 500]) await system.bank.deposit(id, pence);
  return { accounts: [current, savings], correlation };
}

/** Leaves a refused attempt between the values of a key. */
async function strangerIsLate(system: System): Promise<void> {
  const stranger = await RawClient.connect(system.url('bus').replace('http', 'ws'));
  await stranger.register('reservations', []);
  for (const guest of ['Hopper', 'Hamilton']) await stranger.publish('SeatTaken', 'seat-12', { guest });
  const late = {
    ...newEvent('SeatTaken', 'seat-12', { guest: 'Lovelace' }),
    consistency: { key: 'seat-12', value: 1 },
  };
  stranger.say({ message_type: 'new', events: [late] });
  await stranger.hear('receipt');
  await stranger.publish('SeatReleased', 'seat-12', { guest: 'Hopper' });
  stranger.close();
}
