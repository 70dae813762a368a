import { expect, it } from 'vitest';
import { problem } from './stand-in.js';
import { isLive, progress, review } from './steps.js';
import { type BankCheck, describeBank } from './with-bank.js';

/** Ada has account 1 with `pence`, Bob has account 2. */
function adaHas({ gateway }: BankCheck, pence: number): void {
  for (const name of ['ada', 'bob']) {
    gateway.bank.user(name);
    gateway.bank.open(name);
  }
  gateway.bank.book(1, pence, 'Deposit to 1');
}

describeBank('moving money', (bank) => {
  it('E14: a transfer is accepted by push, and both sides see it', async () => {
    adaHas(bank, 10_000);
    const { page } = await bank.signsIn('ada', '/accounts/1');
    const bob = await bank.signsIn('bob', '/accounts/2');
    await page.getByRole('main').getByRole('link', { name: 'Send' }).click();
    await review(page, '12.34', 2);
    expect(await page.getByText('£12.34').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Send £12.34' }).click();
    await progress(page, 'accepted');
    await bob.page.getByText('+£12.34').waitFor();
    await page.getByRole('link', { name: 'See the statement' }).click();
    await page.getByText('−£12.34').waitFor();
    expect(bank.gateway.bank.balance(1)).toBe(8_766);
  });

  it('E15: a transfer of more than there is is refused, with the reason and what is available', async () => {
    adaHas(bank, 5_000);
    const { page } = await bank.signsIn('ada', '/send');
    await review(page, '50.01', 2);
    await page.getByRole('button', { name: 'Send £50.01' }).click();
    await progress(page, 'refused');
    await page.getByText('Refused: Insufficient Balance. Account 1 has £50.00 available.').waitFor();
  });

  it('E16: the whole balance can be sent', async () => {
    adaHas(bank, 5_000);
    const { page } = await bank.signsIn('ada', '/send');
    await review(page, '50', 2);
    await page.getByRole('button', { name: 'Send £50.00' }).click();
    await progress(page, 'accepted');
    expect(bank.gateway.bank.balance(1)).toBe(0);
  });

  it('E17: a double click and reloads before and after the answer are one transfer', async () => {
    const { gateway } = bank;
    adaHas(bank, 10_000);
    gateway.bank.settles = false;
    const visitor = await bank.signsIn('ada', '/send');
    const { page } = visitor;
    visitor.expectOutages();
    await review(page, '30', 2);
    gateway.fault = (method, path) =>
      method === 'POST' && path === '/api/transfers' ? 'silence' : undefined;
    await page.getByRole('button', { name: 'Send £30.00' }).dblclick();
    await progress(page, 'submitted');
    gateway.fault = () => undefined;
    await page.reload();
    await progress(page, 'pending');
    await page.reload();
    await progress(page, 'pending');
    gateway.bank.settle();
    await progress(page, 'accepted');
    expect(gateway.bank.transfers.size).toBe(1);
    expect(gateway.bank.balance(1)).toBe(7_000);
  });

  it('E17: an answer that was lost is asked for again under the same key', async () => {
    const { gateway } = bank;
    adaHas(bank, 10_000);
    const visitor = await bank.signsIn('ada', '/send');
    const { page } = visitor;
    visitor.expectOutages();
    await review(page, '30', 2);
    // The first is carried out, and its answer lost: what the browser gets is an error of the gateway.
    let lost = false;
    await page.route('**/api/transfers', async (route) => {
      if (lost) return route.continue();
      lost = true;
      await route.fetch();
      await route.fulfill({
        status: 503,
        json: { error: 'The service did not answer.', code: 'unknown_outcome' },
      });
    });
    await page.getByRole('button', { name: 'Send £30.00' }).click();
    await page.getByText('No answer yet.').waitFor();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await progress(page, 'accepted');
    expect(gateway.bank.transfers.size).toBe(1);
    expect(gateway.bank.balance(1)).toBe(7_000);
  });

  it('E18: two tabs send 80 of 100 at once: one is accepted, one refused, 20 are left', async () => {
    const { gateway } = bank;
    adaHas(bank, 10_000);
    gateway.bank.settles = false;
    const { page, context } = await bank.signsIn('ada', '/send');
    const other = await context.newPage();
    await other.goto('/send');
    await isLive(other);
    for (const tab of [page, other]) {
      await review(tab, '80', 2);
      await tab.getByRole('button', { name: 'Send £80.00' }).click();
      await progress(tab, 'pending');
    }
    gateway.bank.settle();
    await progress(page, 'accepted');
    await progress(other, 'refused');
    await other.getByText('Account 1 has £20.00 available').waitFor();
    expect(gateway.bank.balance(1)).toBe(2_000);
  });

  it('E19: while the accounts service is away a transfer is pending; when it is back, it is accepted', async () => {
    const { gateway } = bank;
    adaHas(bank, 10_000);
    gateway.bank.settles = false;
    const visitor = await bank.signsIn('ada', '/send');
    const { page } = visitor;
    visitor.expectOutages();
    await page.getByLabel('From').waitFor();
    gateway.fault = (_, path) =>
      path.startsWith('/api/recipients')
        ? problem(503, 'service_unavailable', 'No instance answers.')
        : undefined;
    gateway.live.unavailable.add('account:1');
    gateway.live.cut();
    await page.locator('[data-connection=unavailable]').waitFor();
    await review(page, '5', 2);
    await page.getByRole('button', { name: 'Send £5.00' }).click();
    await progress(page, 'pending');
    gateway.live.unavailable.clear();
    gateway.bank.settle();
    await progress(page, 'accepted');
    await isLive(page);
  });

  it.each([
    ['0', 'Enter an amount above zero.'],
    ['-5', 'An amount cannot be less than zero.'],
    ['1.005', 'A penny cannot be divided'],
    ['90071992547409.92', 'This is more than an account can hold.'],
    ['ten pounds', 'Enter an amount in pounds and pence'],
    ['', 'Enter an amount.'],
  ])('E20: the amount %j says why and sends nothing, wherever it is typed', async (text, sentence) => {
    adaHas(bank, 10_000);
    const { page } = await bank.signsIn('ada', '/accounts/1/deposit');
    for (const [path, button] of [
      ['/accounts/1/deposit', 'Deposit'],
      ['/accounts/1/withdraw', 'Withdraw'],
      ['/send', 'Review'],
    ] as const) {
      await page.goto(path);
      await isLive(page);
      await page.getByLabel('Amount').fill(text);
      await page.getByRole('button', { name: button }).click();
      await page.getByText(sentence).waitFor();
    }
    expect(bank.gateway.bank.commands.size).toBe(0);
    expect(bank.gateway.bank.statements.get(1)).toHaveLength(1);
  });

  it('a withdrawal of more than there is is refused at the amount, with what is available', async () => {
    adaHas(bank, 1_000);
    const { page } = await bank.signsIn('ada', '/accounts/1/withdraw');
    await page.getByLabel('Amount').fill('10.01');
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('Refused: not enough funds. £10.00 is available.').waitFor();
    await page.getByLabel('Amount').fill('10');
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await progress(page, 'accepted');
    expect(bank.gateway.bank.balance(1)).toBe(0);
  });

  it('an account that does not exist cannot be reviewed, and one’s own account neither', async () => {
    adaHas(bank, 1_000);
    const { page } = await bank.signsIn('ada', '/send');
    await page.getByLabel('Amount').fill('1');
    await page.getByLabel('To account').fill('77');
    await page.getByText('There is no account 77.').waitFor();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByLabel('To account').fill('1');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByText('This is the account that pays.').waitFor();
    expect(await page.getByRole('heading', { name: 'Send money' }).count()).toBe(1);
  });

  it('everything goes by keyboard: from the sign-in to the verdict', async () => {
    adaHas(bank, 10_000);
    const { page } = await bank.comes('/send');
    const type = async (text: string) => page.keyboard.type(text);
    const tabTo = async (name: RegExp) => {
      for (let step = 0; step < 30; step += 1) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        const label = await focused.evaluate(
          (element) =>
            element.getAttribute('aria-label') ??
            (element as { labels?: ArrayLike<{ textContent: string | null }> }).labels?.[0]?.textContent ??
            element.textContent,
        );
        if (name.test(label ?? '')) return;
      }
      throw new Error(`no Tab leads to ${name}`);
    };
    await page.getByLabel('User name').waitFor();
    await tabTo(/User name/);
    await type('ada');
    await tabTo(/Password/);
    await type('correct horse');
    await page.keyboard.press('Enter');
    await isLive(page);
    await page.getByLabel('To account').waitFor();
    await tabTo(/To account/);
    await type('2');
    await tabTo(/Amount/);
    await type('1.50');
    await page.getByText('Account 2 exists').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Check and send' }).waitFor();
    await tabTo(/^Send £1\.50$/);
    await page.keyboard.press('Enter');
    await progress(page, 'accepted');
  });
});
