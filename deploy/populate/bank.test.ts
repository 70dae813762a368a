import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Bank, type SentEvent } from './bank.js';

const REPEATED = { error: 'repeated', message: 'this request was carried out before' };
const CONFLICT = { error: 'conflict', message: 'others kept changing what this request depends on' };
const KEY = '0190f3c2-7b1a-7c33-9d7e-5f1200abcdef';

describe('a command that was carried out, and whose answer the service has lost', () => {
  let server: Server;
  let answers: object[];
  let asked: number;

  beforeEach(async () => {
    answers = [REPEATED];
    asked = 0;
    server = createServer((_, response) => {
      asked++;
      response.writeHead(409).end(JSON.stringify(answers.shift() ?? CONFLICT));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function bankWith(...events: readonly (readonly SentEvent[])[]): Bank {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const left = [...events];
    const eventsOf = async (correlation: string) => {
      expect(correlation).toBe(KEY);
      const next = left.shift();
      if (next === undefined) throw new Error('the bus is away');
      return next;
    };
    return new Bank(
      { users: [url], accounts: [url], transactions: [url] },
      { patienceMs: 1_000, ...(events.length > 0 && { eventsOf }) },
    );
  }

  test('counts as done, and is not sent again', async () => {
    const bank = bankWith();
    expect((await bank.deposit(1, 100, KEY)).status).toBe(201);
    answers = [REPEATED];
    expect((await bank.withdraw(1, 100, KEY)).status).toBe(201);
    answers = [REPEATED];
    expect((await bank.createUser('ada', KEY)).status).toBe(200);
    expect(asked).toBe(3);
  });

  test('is found by its events, also if they are not there at once', async () => {
    const order = { event_type: 'PendingTransaction', data: { id: 7 } };
    const verdict = { event_type: 'AcceptedTransaction', data: { transaction_id: 7 } };
    expect(await bankWith([], [order, verdict]).transfer(1, 2, 100, KEY)).toBe(7);
    answers = [REPEATED];
    const request = { event_type: 'AccountCreationRequest', data: { request_id: '4', username: 'ada' } };
    expect(await bankWith([request]).requestAccount('ada', KEY)).toBe('4');
  });

  test('fails at once if nobody can look for its events', async () => {
    await expect(bankWith().transfer(1, 2, 100, KEY)).rejects.toThrow(/was carried out.*PendingTransaction/);
    expect(asked).toBe(1);
  });

  test('is told from one that others were in the way of, which is tried again', async () => {
    answers = [CONFLICT, REPEATED];
    expect((await bankWith().deposit(1, 100, KEY)).status).toBe(201);
    expect(asked).toBe(2);
  });
});

test('a bank that is left lets nobody wait, and asks nothing more', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.writeHead(503).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const left = new AbortController();
  const users = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const bank = new Bank({ users }, { signal: left.signal });
  const waiting = [bank.isUser('ada'), bank.pause(60_000)].map((work) =>
    expect(work).rejects.toThrow('aborted'),
  );
  await expect.poll(() => asked).toBeGreaterThan(0);
  left.abort();
  await Promise.all(waiting);
  const before = asked;
  await expect(bank.isUser('ada')).rejects.toThrow('aborted');
  expect(asked).toBe(before);
  await new Promise((resolve) => server.close(resolve));
}, 5_000);
