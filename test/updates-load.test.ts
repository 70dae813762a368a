/** Statement entries on their way through the gateway while the bank is busy: none lost, none doubled, whatever is cut off. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Customer } from './support/customer.js';
import { System } from './support/system.js';
import { until } from './support/until.js';

const TRANSFERS_PER_SECOND = 200;
const SECONDS = 5;
const PAIRS = 10;
const CUTS = 20;
const IDLE_SOCKETS = 2_000;

let system: System;
let customer: Customer;
/** accounts of one customer; money goes from each of the first half to its fellow in the second */
let accounts: number[];
let watchers: Watcher[];

beforeAll(async () => {
  system = await System.start({ gateway: {} });
  customer = await Customer.register(system.url('gateway'), 'ada');
  const payers = await Promise.all(Array.from({ length: PAIRS }, () => customer.open(1_000_000)));
  const payees = await Promise.all(Array.from({ length: PAIRS }, () => customer.open()));
  accounts = [...payers, ...payees];
  watchers = [];
});
afterAll(async () => {
  for (const watcher of watchers ?? []) watcher.stop();
  await system?.stop();
});

/** A page's live connection that follows accounts and goes on, after it was cut, where it was. */
class Watcher {
  /** by account, in the order in which they came: number of the entry, and when it came (Unix ms) */
  readonly heard = new Map<number, { seq: number; at: number }[]>();
  #socket: WebSocket | undefined;

  constructor(private readonly ids: readonly number[]) {
    for (const id of ids) this.heard.set(id, []);
    watchers.push(this);
  }

  async connect(): Promise<void> {
    const socket = new WebSocket(`${customer.gateway.replace('http', 'ws')}/api/live`);
    this.#socket = socket;
    let waiting = this.ids.length;
    const subscribed = new Promise<void>((resolve) => {
      socket.on('message', (frame) => {
        const { type, topic, cursor } = JSON.parse(String(frame));
        if (type === 'subscribed' && --waiting === 0) resolve();
        if (type === 'update')
          this.heard.get(Number(topic.slice('account:'.length)))?.push({ seq: cursor, at: Date.now() });
      });
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'hello', access: customer.tokens.access }));
    for (const id of this.ids) {
      const after = this.heard.get(id)?.at(-1)?.seq ?? 0;
      socket.send(JSON.stringify({ type: 'subscribe', topic: `account:${id}`, after }));
    }
    await subscribed;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  stop(): void {
    this.#socket?.terminate();
  }

  /** That each account's entries came once and in order, up to the last there is. */
  async expectWhole(): Promise<void> {
    for (const { id, entries } of await customer.accounts()) {
      const heard = this.heard.get(id);
      if (heard === undefined) continue;
      await until(() => heard.length >= entries);
      expect(heard.map(({ seq }) => seq)).toEqual(Array.from({ length: entries }, (_, n) => n + 1));
    }
  }
}

/** Sends transfers of 1 at a steady pace from every payer to its fellow; resolves when all of them are accepted. */
async function transfers(count: number): Promise<void> {
  const sent: Promise<number>[] = [];
  const startedAt = performance.now();
  while (sent.length < count) {
    const due = Math.min(count, ((performance.now() - startedAt) / 1_000) * TRANSFERS_PER_SECOND);
    for (; sent.length < due; ) {
      const n = sent.length % PAIRS;
      sent.push(system.bank.transfer(accounts[n]!, accounts[PAIRS + n]!, 1));
    }
    await new Promise((next) => setTimeout(next, 5));
  }
  for (const id of await Promise.all(sent)) expect((await system.bank.verdict(id)).status).toBe('accepted');
}

describe('a page that follows its accounts', { timeout: 120_000 }, () => {
  it(`is told every entry once while ${TRANSFERS_PER_SECOND} transfers a second run and ${IDLE_SOCKETS} others are idle`, async () => {
    const [quiet, probe] = [await customer.open(1), await customer.open()];
    const idle = Array.from({ length: IDLE_SOCKETS }, () => new Watcher([quiet]));
    for (let n = 0; n < idle.length; n += 100)
      await Promise.all(idle.slice(n, n + 100).map((watcher) => watcher.connect()));
    const watcher = new Watcher([...accounts, probe]);
    await watcher.connect();
    const delays: number[] = [];
    const load = transfers(TRANSFERS_PER_SECOND * SECONDS);
    let loading = true;
    const probing = (async () => {
      while (loading) {
        const heard = watcher.heard.get(probe)!;
        const before = heard.length;
        const startedAt = Date.now();
        await customer.ask(`/api/accounts/${probe}/deposit`, { body: { amount: 7 } });
        await until(() => heard.length > before);
        delays.push(heard[before]!.at - startedAt);
      }
    })();
    await load;
    loading = false;
    await probing;
    await watcher.expectWhole();
    delays.sort((a, b) => a - b);
    const [half, most] = [0.5, 0.95].map((part) => delays[Math.floor(delays.length * part)]);
    process.stdout.write(
      `an entry reaches a page after ${half} ms (50 %), ${most} ms (95 %) of ${delays.length}\n`,
    );
    expect(idle.every(({ isOpen, heard }) => isOpen && heard.get(quiet)!.length === 1)).toBe(true);
    for (const each of idle) each.stop();
  });

  it(`misses nothing and is told nothing twice over ${CUTS} cut connections, one of them the gateway’s own death`, async () => {
    const watcher = new Watcher(accounts);
    await watcher.connect();
    let loading = true;
    const load = transfers(TRANSFERS_PER_SECOND * 2).then(() => {
      loading = false;
    });
    for (let cut = 0; cut < CUTS || loading; cut++) {
      if (cut === CUTS / 2) await system.whileDown('gateway', async () => watcher.stop());
      watcher.stop();
      await watcher.connect();
    }
    await load;
    await watcher.expectWhole();
  });
});
