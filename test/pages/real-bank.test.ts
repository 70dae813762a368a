/** The bank's journeys in a real browser, through the gateway, to the real services and back by push. */
import { expect, it } from 'vitest';
import { PASSWORD } from '../support/customer.js';
import { writeCredits } from '../support/historian.js';
import { until } from '../support/until.js';
import { expectAccessible } from './expectations.js';
import { isLive, numbers, progress, review, sums, watchFor } from './steps.js';
import { describeSystem } from './with-system.js';

describeSystem('the bank, with everything behind it', { instances: 1, historian: true }, (check) => {
  it('E8: a newcomer registers, opens two accounts that appear in a second tab too, and pays in', async () => {
    const { page, context } = await check.comes('/register');
    await page.getByLabel('User name').fill('newcomer');
    await page.getByLabel('Password').fill(PASSWORD);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('You have no account yet').waitFor();
    await expectAccessible(page);
    const other = await context.newPage();
    await other.goto('/accounts');
    await isLive(other);
    const opened = /^Account \d+$/;
    for (const count of [1, 2]) {
      await page.getByRole('button', { name: 'Open an account' }).click();
      for (const tab of [page, other])
        await expect.poll(() => tab.getByRole('heading', { name: opened }).count()).toBe(count);
    }
    await expectAccessible(page);
    await page.getByRole('heading', { name: opened }).first().click();
    await page.getByRole('main').getByRole('link', { name: 'Deposit' }).click();
    await page.getByLabel('Amount').fill('100');
    await page.getByRole('button', { name: 'Deposit' }).click();
    await progress(page, 'accepted');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'See the statement' }).click();
    await page.getByText('+£100.00').waitFor();
    await expectAccessible(page);
  });

  it('E9: a deposit made elsewhere shows within a second of its answer, and the running balances add up', async () => {
    const customer = await check.customer('watcher');
    const id = await customer.open(100);
    const { page } = await check.signsIn('watcher', `/accounts/${id}`);
    await page.getByText('+£1.00').waitFor();
    const delays: number[] = [];
    for (const [amount, text] of [
      [4_200, '+£42.00'],
      [17, '+£0.17'],
      [350_000, '+£3,500.00'],
    ] as const) {
      const shownAt = await watchFor(page, text);
      const { status } = await customer.ask(`/api/accounts/${id}/deposit`, { body: { amount } });
      const answeredAt = Date.now();
      expect(status).toBe(201);
      delays.push((await shownAt()) - answeredAt);
    }
    process.stdout.write(`E9: shown ${delays.join(', ')} ms after the answer\n`);
    expect(Math.max(...delays)).toBeLessThan(1_000);
    expect(await sums(page)).toEqual([
      { amount: 350_000, balance: 354_317 },
      { amount: 17, balance: 4_317 },
      { amount: 4_200, balance: 4_300 },
      { amount: 100, balance: 100 },
    ]);
  });

  it('E10: ten thousand entries scroll to the first, with few of them drawn', async () => {
    const customer = await check.customer('busy');
    const id = await customer.open();
    await writeCredits(check.system, id, 10_000);
    const { page } = await check.signsIn('busy', `/accounts/${id}`);
    await page.locator('[data-seq="10000"]').waitFor();
    const drawn: number[] = [];
    await until(async () => {
      await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
      const rows = await numbers(page);
      drawn.push(rows.length);
      return rows.at(-1) === 1;
    }, 40_000);
    expect(Math.max(...drawn)).toBeLessThan(80);
    expect((await sums(page)).at(-1)).toEqual({ amount: 1, balance: 1 });
    await expectAccessible(page);
    // The end of a day before the first of them.
    await page.goto(`/accounts/${id}?as_of=2020-01-31`);
    await page.getByText('There was no entry until then.').waitFor();
  });

  it('E11, E12: the gateway dies, five entries are made, it is back: exactly these five appear, in the key’s order', async () => {
    const customer = await check.customer('cut-off');
    const id = await customer.open(1_000);
    const visitor = await check.signsIn('cut-off', `/accounts/${id}`);
    const { page } = visitor;
    await page.getByText('+£10.00').waitFor();
    visitor.expectOutages();
    await check.system.whileDown('gateway', async () => {
      await page.locator('[data-connection=reconnecting]').waitFor();
      for (const amount of [1, 2, 3, 4, 5]) await check.system.bank.deposit(id, amount);
    });
    await isLive(page);
    await page.getByText('+£0.05').waitFor();
    expect(await numbers(page)).toEqual([6, 5, 4, 3, 2, 1]);
    expect((await sums(page)).map(({ amount }) => amount)).toEqual([5, 4, 3, 2, 1, 1_000]);
  });

  it('E14: a transfer is accepted by push, and both sides see it', async () => {
    const [payer, payee] = [await check.customer('payer'), await check.customer('payee')];
    const [from, to] = [await payer.open(10_000), await payee.open()];
    const { page } = await check.signsIn('payer', `/accounts/${from}`);
    const other = await check.signsIn('payee', `/accounts/${to}`);
    await page.getByRole('main').getByRole('link', { name: 'Send' }).click();
    await expectAccessible(page);
    await review(page, '12.34', to);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Send £12.34' }).click();
    await progress(page, 'accepted');
    await expectAccessible(page);
    await other.page.getByText('+£12.34').waitFor();
    await page.getByRole('link', { name: 'See the statement' }).click();
    await page.getByText('−£12.34').waitFor();
    expect(await Promise.all([payer.balance(from), payee.balance(to)])).toEqual([8_766, 1_234]);
  });

  it('E15: more than there is is refused, with the reason and what is available; E16: all of it can be sent', async () => {
    const [spender, friend] = [await check.customer('spender'), await check.customer('friend')];
    const [from, to] = [await spender.open(5_000), await friend.open()];
    const { page } = await check.signsIn('spender', '/send');
    await review(page, '50.01', to);
    await page.getByRole('button', { name: 'Send £50.01' }).click();
    await progress(page, 'refused');
    await page.getByText(`Refused: Insufficient Balance. Account ${from} has £50.00 available.`).waitFor();
    await expectAccessible(page);
    await page.goto('/send');
    await isLive(page);
    await review(page, '50', to);
    await page.getByRole('button', { name: 'Send £50.00' }).click();
    await progress(page, 'accepted');
    await expect.poll(() => spender.balance(from)).toBe(0);
    expect(await friend.balance(to)).toBe(5_000);
  });

  it('E17: a double click and a reload while it is pending are one transfer', async () => {
    const customer = await check.customer('hasty');
    const [from, to] = [await customer.open(10_000), await customer.open()];
    const visitor = await check.signsIn('hasty', '/send');
    const { page } = visitor;
    await page.getByLabel('From').selectOption(String(from));
    await review(page, '30', to);
    visitor.expectOutages();
    await check.system.whileDown('accounts', async () => {
      await page.getByRole('button', { name: 'Send £30.00' }).dblclick();
      await progress(page, 'pending');
      await page.reload();
      await progress(page, 'pending');
    });
    await progress(page, 'accepted', 20_000);
    await expect.poll(() => customer.balance(from)).toBe(7_000);
    expect(await customer.balance(to)).toBe(3_000);
  });

  it('E18: two tabs send 80 of 100 at once: one is accepted, one refused, 20 are left', async () => {
    const [rich, friend] = [await check.customer('torn'), await check.customer('lucky')];
    const [from, to] = [await rich.open(10_000), await friend.open()];
    const { page, context } = await check.signsIn('torn', '/send');
    const other = await context.newPage();
    await other.goto('/send');
    await isLive(other);
    const tabs = [page, other];
    for (const tab of tabs) await review(tab, '80', to);
    await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Send £80.00' }).click()));
    const outcome = (tab: typeof page) =>
      until(async () => {
        const state = await tab.locator('[data-progress]').first().getAttribute('data-progress');
        return state === 'accepted' || state === 'refused' ? state : undefined;
      });
    const outcomes = await Promise.all(tabs.map(outcome));
    expect([...outcomes].sort()).toEqual(['accepted', 'refused']);
    const refused = outcomes[0] === 'refused' ? page : other;
    await refused.getByText(`Account ${from} has £20.00 available`).waitFor();
    expect(await Promise.all([rich.balance(from), friend.balance(to)])).toEqual([2_000, 8_000]);
  });

  it('E19: while the accounts service is down a transfer is pending; when it is up, it is accepted', async () => {
    const customer = await check.customer('patient');
    const [from, to] = [await customer.open(10_000), await customer.open()];
    const visitor = await check.signsIn('patient', '/send');
    const { page } = visitor;
    await page.getByLabel('From').selectOption(String(from));
    visitor.expectOutages();
    await check.system.whileDown('accounts', async () => {
      await page.locator('[data-connection=unavailable]').waitFor();
      await review(page, '5', to);
      await page.getByRole('button', { name: 'Send £5.00' }).click();
      await progress(page, 'pending');
      await expectAccessible(page);
    });
    await progress(page, 'accepted', 20_000);
    await isLive(page);
    expect(await customer.balance(to)).toBe(500);
  });

  it('E20: an amount that is none says why, and nothing reaches the log', async () => {
    const customer = await check.customer('careless');
    const [id, other] = [await customer.open(10_000), await customer.open()];
    const { page } = await check.signsIn('careless', `/accounts/${id}/deposit`);
    const before = (await check.system.askBus('/totals')).head;
    for (const [path, button] of [
      [`/accounts/${id}/deposit`, 'Deposit'],
      [`/accounts/${id}/withdraw`, 'Withdraw'],
      ['/send', 'Review'],
    ] as const) {
      await page.goto(path);
      await isLive(page);
      // the first mistake gets the focus a moment after the click: the amount is the only one, so nothing is typed elsewhere
      if (path === '/send') await page.getByLabel('To account').fill(`${other}`);
      for (const [text, sentence] of [
        ['0', 'Enter an amount above zero.'],
        ['-5', 'An amount cannot be less than zero.'],
        ['1.005', 'A penny cannot be divided'],
        ['90071992547409.92', 'This is more than an account can hold.'],
        ['ten pounds', 'Enter an amount in pounds and pence'],
      ] as const) {
        await page.getByLabel('Amount').fill(text);
        await page.getByRole('button', { name: button }).click();
        await page.getByText(sentence).waitFor();
      }
    }
    expect((await check.system.askBus('/totals')).head).toBe(before);
  });
});
