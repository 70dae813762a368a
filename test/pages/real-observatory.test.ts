/** What an operator sees in a real browser of a real system: what is shown is compared with the log. */
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { newEvent, RawClient } from '../../bus/server/testing/raw-client.js';
import type { BusEvent, ServiceList, ServiceStatus } from '../../common/pages/operator.js';
import { until } from '../support/until.js';
import { expectAccessible } from './expectations.js';
import { describeSystem, OPERATOR } from './with-system.js';

/** Of events that nobody but this test sends. */
const RATE = 500;
/** A minute of it is for a machine that does nothing else. */
const SECONDS = Number(process.env.OBSERVATORY_SECONDS ?? 2);
const FRAME = 25;

describeSystem('the observatory of a running system', { instances: 3 }, (check) => {
  let stranger: RawClient | undefined;
  afterEach(() => stranger?.close());

  /** A client without rights but to send what is nobody's. */
  async function strangerJoins(): Promise<RawClient> {
    stranger = await RawClient.connect(check.system.url('bus').replace('http', 'ws'));
    await stranger.register('stranger', []);
    return stranger;
  }

  /** The service accounts, as the bus sees it. */
  async function accounts(): Promise<ServiceStatus> {
    const { services } = (await check.system.askBus('/services')) as unknown as ServiceList;
    return services.find(({ client_type }) => client_type === 'accounts')!;
  }

  const trace = async (correlation: unknown) => {
    const { events } = await check.system.askBus(`/correlations/${correlation}`);
    return events as BusEvent[];
  };

  /** The arrows of the graph as [type of the cause, type of what it caused]; those from outside have no cause. */
  async function arrows(page: Page, events: readonly BusEvent[]): Promise<(string | undefined)[][]> {
    const typeOf = (id: string | undefined) => events.find(({ event_id }) => event_id === id)?.event_type;
    const ids = await page
      .locator('.react-flow__edge')
      .evaluateAll((edges) => edges.map((edge) => edge.getAttribute('data-id') ?? ''));
    return ids.map((id) => id.split(' ').map(typeOf)).sort();
  }

  const ofLog = (events: readonly BusEvent[]) =>
    events
      .map(({ event_id, causation }) => {
        const typeOf = (id: string | undefined) => events.find((event) => event.event_id === id)?.event_type;
        return [typeOf(causation), typeOf(event_id)];
      })
      .sort();

  it(
    `E37: ${RATE * SECONDS} events at ${RATE} a second are counted exactly`,
    async () => {
      const { page } = await check.signsIn(OPERATOR, '/observatory');
      await page.locator('[data-position]').first().waitFor();
      await page.evaluate(
        'window.longTasks = []; new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" })',
      );
      const received = page.locator('[data-figure=received]');
      const before = Number((await received.textContent())?.replaceAll(',', ''));
      const client = await strangerJoins();
      for (let sent = 0; sent < RATE * SECONDS; sent += FRAME) {
        const events = Array.from({ length: FRAME }, (_, n) =>
          newEvent('Ticked', `tick-${n}`, { n: sent + n }),
        );
        client.say({ message_type: 'new', events });
        await new Promise((next) => setTimeout(next, 1_000 / (RATE / FRAME)));
      }
      await expect
        .poll(async () => Number((await received.textContent())?.replaceAll(',', '')))
        .toBe(before + RATE * SECONDS);
      const { head } = await check.system.askBus('/totals');
      await page.locator(`[data-position="${head}"]`).waitFor();
      const longTasks = (await page.evaluate('window.longTasks')) as number[];
      // How long they are is the machine's business too; that they stay few is ours.
      process.stdout.write(
        `E37: ${longTasks.length} long tasks, the longest ${Math.max(0, ...longTasks)} ms\n`,
      );
      expect(longTasks.length).toBeLessThan(20);
      await expectAccessible(page);
    },
    SECONDS * 1_000 + 60_000,
  );

  it('E39, E40: an event tells where it stands and what it caused; what is masked stays so', async () => {
    const customer = await check.customer('masked');
    const id = await customer.open(700);
    const { events } = await check.system.askBus(`/events?key=acc-${id}`);
    const [created, credited] = events as BusEvent[];
    const { page } = await check.signsIn(OPERATOR, `/observatory/events/${credited!.position}`);
    const main = page.getByRole('main');
    for (const text of ['ConfirmedCredit', `acc-${id}`, credited!.event_id, '700'])
      await main.getByText(text).first().waitFor();
    await main.locator(`a[href$="/events/${created!.position}"]`).first().waitFor();
    await expectAccessible(page);

    const hidden = (await check.system.askBus('/events?event_types=UserCredentialSet')).events as BusEvent[];
    await page.goto(`/observatory/events/${hidden.at(-1)!.position}`);
    await page.getByText('what it says is shown to nobody').first().waitFor();
    expect(await page.content()).not.toContain('scrypt$');
    await page.goto('/observatory?types=UserCredentialSet');
    await page.locator(`[data-position="${hidden.at(-1)!.position}"]`).waitFor();
    expect(await page.content()).not.toContain('scrypt$');
  });

  it('E41: a transfer is one trace, Pending → Accepted, Debit, Credit, with the arrows of the log', async () => {
    const customer = await check.customer('traced');
    const [from, to] = [await customer.open(1_000), await customer.open()];
    const note = '<img src=x onerror=alert(1)>';
    const { body } = await customer.ask('/api/transfers', { body: { from, to, amount: 10, note } });
    const { page } = await check.signsIn(OPERATOR, `/observatory/traces/${body.correlation}`);
    for (const type of ['PendingTransaction', 'AcceptedTransaction', 'ConfirmedDebit', 'ConfirmedCredit'])
      await page.locator(`[data-type=${type}]`).first().waitFor();
    const events = await until(async () => {
      const all = await trace(body.correlation);
      return (await page.locator('[data-type]').count()) === all.length ? all : undefined;
    });
    expect(await arrows(page, events)).toEqual(ofLog(events));
    expect(ofLog(events)).toEqual(
      expect.arrayContaining(
        ['AcceptedTransaction', 'ConfirmedDebit', 'ConfirmedCredit'].map((type) => [
          'PendingTransaction',
          type,
        ]),
      ),
    );
    await expectAccessible(page);
    const pending = events.find(({ event_type }) => event_type === 'PendingTransaction')!;
    await page.goto(`/observatory/events/${pending.position}`);
    await page.getByText(note).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });

  it('E42: the creation of an account is one trace', async () => {
    const customer = await check.customer('opener');
    const { body } = await customer.ask('/api/accounts', { body: {} });
    const { page } = await check.signsIn(OPERATOR, `/observatory/traces/${body.correlation}`);
    for (const type of ['AccountCreationRequest', 'AccountCreated'])
      await page.locator(`[data-type=${type}]`).waitFor();
    const events = await trace(body.correlation);
    expect(await arrows(page, events)).toEqual(ofLog(events));
  });

  it('E44: a refused attempt is visible in its place between the values of its key', async () => {
    const client = await strangerJoins();
    for (const n of [0, 1]) await client.publish('Claimed', 'contended', { n });
    const late = { ...newEvent('Claimed', 'contended'), consistency: { key: 'contended', value: 1 } };
    client.say({ message_type: 'new', events: [late] });
    expect((await client.hear('receipt')).receipts[0]?.status).not.toBe('success');
    await client.publish('Claimed', 'contended', { n: 2 });
    const { page } = await check.signsIn(OPERATOR, '/observatory/keys/contended');
    await page.getByText('wanted to be value 1, but the newest value was 1').waitFor();
    await page.getByText('No gap between the values').waitFor();
    const rows = await page.getByRole('table').last().getByRole('row').allTextContents();
    expect(rows.findIndex((text) => text.includes('but the newest value was 1'))).toBe(3);
    await expectAccessible(page);
  });

  it('E45: one of three is killed: its keys move, and nothing stays owed', async () => {
    const customer = await check.customer('served');
    const ids = await Promise.all(Array.from({ length: 6 }, () => customer.open(100)));
    const visitor = await check.signsIn(OPERATOR, '/observatory/services');
    const { page } = visitor;
    const address = check.system.url('accounts-2').slice('http://'.length);
    const killed = (await accounts()).instances.find(({ http_address }) => http_address === address)!;
    await page.getByRole('button', { name: `Kill ${address}`, exact: true }).click();
    await page.getByRole('button', { name: `Yes, kill ${address}` }).click();
    await page.getByText(`${address} was killed.`).waitFor();
    for (const id of ids) await check.system.bank.deposit(id, 1);
    const now = await until(async () => {
      const state = await accounts();
      return state.owed === 0 && state.instances.length === 3 && state;
    });
    expect(now.instances.map(({ session_id }) => session_id)).not.toContain(killed.session_id);
    await expect.poll(() => page.locator('[data-service=accounts]').textContent()).toContain('0 owed');
    for (const id of ids) expect(await customer.balance(id)).toBe(101);
    await expectAccessible(page);
  });

  it('an instance that is drained gets nothing new, and the others do its work', async () => {
    const customer = await check.customer('moved');
    const ids = await Promise.all(Array.from({ length: 6 }, () => customer.open(100)));
    const { page } = await check.signsIn(OPERATOR, '/observatory/services');
    const address = check.system.url('accounts-3').slice('http://'.length);
    const drained = async () =>
      (await accounts()).instances.find(({ http_address }) => http_address === address)!;
    await page.getByRole('button', { name: `Drain ${address}`, exact: true }).click();
    await page.getByText(`${address} finishes what it has and gets nothing new.`).waitFor();
    await page.getByRole('row').filter({ hasText: address }).getByText('draining').waitFor();
    await until(async () => (await drained()).in_flight === 0);
    const before = (await drained()).acknowledged_count;
    for (const id of ids) await check.system.bank.deposit(id, 1);
    await until(async () => (await accounts()).owed === 0);
    expect(await drained()).toMatchObject({ draining: true, acknowledged_count: before });
    for (const id of ids) expect(await customer.balance(id)).toBe(101);
    await check.system.down('accounts-3');
    await check.system.up('accounts-3');
  });

  it('E51: a state of the past equals an independent fold of the log', async () => {
    const customer = await check.customer('remembered');
    const id = await customer.open(1_000);
    await customer.ask(`/api/accounts/${id}/withdrawal`, { body: { amount: 300 } });
    await until(async () => (await customer.balance(id)) === 700);
    const credited = (await check.system.export()).find(
      ({ event_type: type, consistency: { key } }) => type === 'ConfirmedCredit' && key === `acc-${id}`,
    )!;
    await customer.ask(`/api/accounts/${id}/deposit`, { body: { amount: 5 } });
    await until(async () => (await customer.balance(id)) === 705);
    const log = await check.system.export();
    const balanceAt = (position: number) =>
      log
        .filter((event) => event.consistency.key === `acc-${id}` && Number(event.position) <= position)
        .reduce((sum, { event_type: type, data }) => {
          const amount = Number((data as { amount?: number }).amount ?? 0);
          return type === 'ConfirmedCredit' ? sum + amount : type === 'ConfirmedDebit' ? sum - amount : sum;
        }, 0);
    const { page } = await check.signsIn(OPERATOR, '/observatory');
    for (const at of [Number(credited.position), Number(credited.position) + 1, log.length]) {
      await page.goto(`/observatory/time?service=accounts&path=/account/${id}&at=${at}&than=${at}`);
      const state = page.getByRole('main').getByText('"balance"').first();
      await state.waitFor({ timeout: 30_000 });
      expect((await state.textContent())?.replaceAll(/\s/g, '')).toContain(`"balance":${balanceAt(at)}`);
    }
    const first = Number(credited.position);
    await page.goto(`/observatory/time?service=accounts&path=/account/${id}&at=${log.length}&than=${first}`);
    const differs = page.getByRole('table', { name: 'Fields that differ' });
    await differs.waitFor({ timeout: 30_000 });
    expect(await differs.getByRole('cell').allTextContents()).toEqual([
      'balance',
      String(balanceAt(first)),
      String(balanceAt(log.length)),
    ]);
    const types = (await accounts()).event_types;
    const between = page.getByRole('table', { name: 'Events between the two points' });
    await between.waitFor();
    expect(await between.locator('tbody tr td:first-child').allTextContents()).toEqual(
      log.slice(first).flatMap(({ event_type, position }) => (types.includes(event_type) ? [position] : [])),
    );
    await expectAccessible(page);
  });

  it('E52: the totals are those of the log', async () => {
    const { page } = await check.signsIn(OPERATOR, '/observatory/totals');
    await page.getByText('What was taken was given').waitFor();
    const counts = new Map<string, number>();
    for (const { event_type: type } of await check.system.export())
      counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts)
      expect(await page.locator(`[data-count=${type}] td`).textContent(), type).toBe(
        count.toLocaleString('en-GB'),
      );
    await expectAccessible(page);
  });
});
