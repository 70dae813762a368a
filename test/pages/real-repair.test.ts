/** What an operator does about a broken script, and about an empty bank, in a running system. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';
import { expectAccessible } from './expectations.js';
import { LEDGER, ledgerRuns } from './ledger.js';
import { describeSystem, OPERATOR } from './with-system.js';

/** Five attempts are over within a second. */
const RETRY_DELAY_MS = 50;

const ORDER = { Seed: '11', Users: '4', Transfers: '40', 'Transfers per second': '20' };

describeSystem('an operator of a running system', { instances: 1, retryDelayMs: RETRY_DELAY_MS }, (check) => {
  let ledger: ServiceProcess | undefined;
  let folder: string | undefined;
  afterEach(async () => {
    await ledger?.end();
    if (folder) await rm(folder, { recursive: true });
    [ledger, folder] = [undefined, undefined];
  });

  /** The service that keeps a second book, with its fault or mended. */
  async function restartLedger(how: { mended: boolean }): Promise<ServiceProcess> {
    await ledger?.end('SIGTERM');
    folder ??= await mkdtemp(join(tmpdir(), 'ledger-'));
    ledger = await ledgerRuns(check.system, folder, how);
    return ledger;
  }

  /** What the log says that the ledger has to hold, without what was skipped. */
  async function bookOfTheLog(ids: readonly number[], skipped: readonly string[]) {
    const log = await check.system.export();
    return ids.map((id) => {
      const entries = log.filter(
        ({ event_type: type, consistency: { key }, position }) =>
          type === 'ConfirmedCredit' && key === `acc-${id}` && !skipped.includes(position),
      );
      const sum = entries.reduce((all, { data }) => all + Number((data as { amount?: number }).amount), 0);
      return { id, sum, values: entries.map(({ consistency }) => consistency.value) };
    });
  }

  it('E55: the same seed gives the same totals in two fresh systems', async () => {
    const first = await totalsOf(await populated());
    await check.startsAfresh();
    expect(await totalsOf(await populated())).toEqual(first);
    expect(Number(first.PendingTransaction)).toBeGreaterThan(20);
  });

  /** Fills the bank by the form and waits until nothing is owed. */
  async function populated(): Promise<Page> {
    const { page } = await check.signsIn(OPERATOR, '/observatory/populate');
    for (const [label, text] of Object.entries(ORDER))
      await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Populate' }).click();
    await page.locator('[data-populate=done]').waitFor({ timeout: 40_000 });
    return page;
  }

  /** Every figure of the Totals page that is not about time or attempts, by its name. */
  async function totalsOf(page: Page): Promise<Readonly<Record<string, string>>> {
    await page.goto('/observatory/totals');
    await page.getByText('What was taken was given').waitFor();
    // by type, by service, and what came of the transfers: each is there when the bus has counted it
    for (const shown of [
      '[data-count=AccountCreated]',
      '[data-count=accounts]',
      'dt:text-is("Without a verdict")',
    ])
      await page.locator(shown).waitFor();
    const pairs = (await page.evaluate(`[
      ...[...document.querySelectorAll('main dl > div')].map((one) => [one.querySelector('dt'), one.querySelector('dd')]),
      ...[...document.querySelectorAll('[data-count]')].map((one) => [one.querySelector('th'), one.querySelector('td')]),
    ].map((pair) => pair.map((one) => one.textContent))`)) as [string, string][];
    return Object.fromEntries(pairs.filter(([name]) => !/^\d|^Events /.test(name)));
  }

  it('E49: a script with a fault parks events; it is mended, they are retried, and all pass in order', async () => {
    await restartLedger({ mended: false });
    const customer = await check.customer('parked');
    const ids = await Promise.all([customer.open(), customer.open(), customer.open()]);
    const [first, , last] = ids as [number, number, number];
    // 13 is what it stumbles over. Of the first account a second one waits behind the first.
    for (const id of ids) for (const amount of [100, 13, 5]) await check.system.bank.deposit(id, amount);
    for (const amount of [13, 7]) await check.system.bank.deposit(first, amount);
    const { page } = await check.signsIn(OPERATOR, '/observatory/parked');
    await page.getByText(`${LEDGER} could not handle 3 ConfirmedCredit`).waitFor();
    await page.getByText("attempt to index a nil value (field 'owner')").first().waitFor();
    await page
      .getByText(/ledger\.lua:\d+/)
      .first()
      .waitFor();
    const row = (id: number) =>
      page.getByRole('row').filter({ has: page.getByRole('link', { name: `acc-${id}`, exact: true }) });
    for (const [id, behind] of [
      [first, 3],
      [last, 1],
    ] as const) {
      await row(id).getByText(`${behind}, first ConfirmedCredit`).waitFor();
      expect(await row(id).getByRole('cell').nth(3).textContent()).toBe('5');
    }
    await expectAccessible(page);

    await row(last)
      .getByRole('button', { name: /^Skip / })
      .click();
    await page.getByLabel('Reason').fill('It was a mistake to book this.');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Skip it' }).click();
    await page.getByRole('cell', { name: 'It was a mistake to book this.' }).waitFor();
    const { skips } = (await check.system.askBus('/skips')) as { skips: { id: string }[] };
    const skipped = skips.map(({ id }) => id.slice(`${LEDGER}:`.length));
    expect(skipped).toHaveLength(1);

    await ledger?.end('SIGTERM');
    await page.goto('/observatory/services');
    await page.locator(`[data-service=${LEDGER}]`).getByText('No instance: what it is owed waits').waitFor();
    await page.goto('/observatory/parked');
    const mended = await restartLedger({ mended: true });
    await page.getByRole('button', { name: 'Retry all 2' }).click();
    await page.locator('[data-parked=none]').waitFor();
    const held = () => Promise.all(ids.map((id) => mended.json(`/ledger/${id}`)));
    const wanted = await bookOfTheLog(ids, skipped);
    await expect.poll(held).toEqual(wanted);
    expect(wanted.map(({ sum }) => sum)).toEqual([138, 118, 105]);
    await until(async () => {
      const { services } = (await check.system.askBus('/services')) as {
        services: { client_type: string; owed: number }[];
      };
      return services.find(({ client_type }) => client_type === LEDGER)?.owed === 0;
    });
    await expectAccessible(page);
  });
});
