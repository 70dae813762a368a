/** What holds on every page: the words about the connection, times and theme as a person wants them, the way past the header. */
import type { WebSocketRoute } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible } from './expectations.js';
import { isLive, progress, signIn } from './steps.js';
import { type BankCheck, describeBank } from './with-bank.js';

/** Ada has account 1 with a pound, booked at noon of a summer's day in London. */
function adaHas({ gateway: { bank } }: BankCheck): void {
  bank.user('ada');
  bank.open('ada');
  bank.clock = () => Date.UTC(2026, 6, 1, 11) / 1000;
  bank.book(1, 100, 'Lunch');
  bank.clock = undefined;
}

describeBank('every page', (bank) => {
  it('says that it is connecting while nobody has answered yet, and that nothing can be moved before', async () => {
    adaHas(bank);
    const { page } = await bank.comes('/accounts/1/deposit');
    // Somebody takes the connection and says nothing.
    await page.routeWebSocket('**/api/live', () => {});
    await signIn(page, 'ada');
    await page.locator('[data-connection=connecting]').filter({ hasText: 'Connecting' }).waitFor();
    await page.getByText('Connecting to the bank …').waitFor();
    await expectAccessible(page);
  });

  it('says in how many seconds it connects again, and since when what it shows is old', async () => {
    adaHas(bank);
    const visitor = await bank.signsIn('ada', '/accounts/1');
    const { page } = visitor;
    await page.getByText('Lunch').waitFor();
    visitor.expectOutages();
    bank.gateway.live.away = true;
    bank.gateway.live.cut();
    await page
      .locator('[data-connection=reconnecting]')
      .getByText(/Reconnecting in \d+ s/)
      .waitFor();
    await page
      .getByText(/As of \d\d:\d\d:\d\d/)
      .first()
      .waitFor();
    await expectAccessible(page);
    bank.gateway.live.away = false;
    await isLive(page);
    await expect.poll(() => page.locator('[data-state=stale]').count()).toBe(0);
  });

  it('says how many are still to come while it catches up', async () => {
    adaHas(bank);
    const held: (() => void)[] = [];
    let holding = false;
    const visitor = await bank.comes('/accounts/1');
    const { page } = visitor;
    await page.routeWebSocket('**/api/live', (socket: WebSocketRoute) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const update = holding && String(message).includes('"type":"update"');
        if (update) held.push(() => socket.send(message));
        else socket.send(message);
      });
    });
    await signIn(page, 'ada');
    await isLive(page);
    await page.getByText('Lunch').waitFor();
    visitor.expectOutages();
    holding = true;
    bank.gateway.live.away = true;
    bank.gateway.live.cut();
    await page.locator('[data-connection=reconnecting]').waitFor();
    for (const n of [1, 2, 3]) bank.gateway.bank.book(1, n, `Missed ${n}`);
    bank.gateway.live.away = false;
    await page.locator('[data-connection=catching-up]').getByText('Catching up, 3 behind').waitFor();
    await expectAccessible(page);
    for (const say of held) say();
    await isLive(page);
    await page.getByText('Missed 3').waitFor();
  });

  it('writes times in local time, in UTC, or as how long ago, and the exact one in the tooltip', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/accounts');
    const when = page.locator('[data-account="1"] time');
    expect(await when.textContent()).toBe('1 Jul 2026, 12:00');
    expect(await when.getAttribute('title')).toBe('2026-07-01T11:00:00.000Z');
    await page.getByRole('button', { name: 'Times: local time' }).click();
    expect(await when.textContent()).toBe('1 Jul 2026, 11:00 UTC');
    await page.getByRole('button', { name: 'Times: UTC' }).click();
    expect(await when.textContent()).toMatch(/ago$/);
    await page.reload();
    await page.getByRole('button', { name: 'Times: how long ago' }).waitFor();
  });

  it('is dark when somebody wants it so, whatever the system says, and stays so', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/accounts', { colorScheme: 'light' });
    const paper = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await paper();
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
    await expect.poll(paper).not.toBe(light);
    const dark = await paper();
    await expectAccessible(page);
    await page.reload();
    await isLive(page);
    expect(await paper()).toBe(dark);
  });

  it('lets the keyboard past the header', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/accounts');
    await page.reload();
    await page.getByRole('heading', { name: 'Account 1' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.querySelector("main").contains(document.activeElement)')).toBe(true);
  });

  it('leads an operator from a command to its trace, and counts on the card what is pending', async () => {
    adaHas(bank);
    const { gateway } = bank;
    gateway.bank.users.get('ada')!.operator = true;
    gateway.bank.settles = false;
    gateway.bank.user('bob');
    gateway.bank.open('bob');
    const { page } = await bank.signsIn('ada', '/send');
    await page.getByLabel('To account').fill('2');
    await page.getByLabel('Amount').fill('1');
    await page.getByText('Account 2 exists').waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Send £1.00' }).click();
    await progress(page, 'pending');
    const link = page.getByRole('link', { name: 'Follow its trace' });
    expect(await link.getAttribute('href')).toMatch(/^\/observatory\/traces\/[0-9a-f-]{36}$/);
    await page.goto('/accounts');
    await page.locator('[data-account="1"]').getByText('1 pending').waitFor();
  });
});
