/** What becomes of an order on its way: what was chosen and typed, answers that are lost, transfers that are under way. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { expectAccessible } from './expectations.js';
import { problem } from './stand-in.js';
import { isLive, progress, review } from './steps.js';
import { type BankCheck, describeBank } from './with-bank.js';

/** Ada has accounts 1 and 2 with £100 each, Bob has account 3. */
function adaHas({ gateway: { bank } }: BankCheck): void {
  for (const name of ['ada', 'bob']) bank.user(name);
  for (const owner of ['ada', 'ada', 'bob']) bank.open(owner);
  for (const id of [1, 2]) bank.book(id, 10_000, `Deposit to ${id}`);
}

const send = (page: Page, amount: string) => page.getByRole('button', { name: `Send £${amount}` }).click();

const inHeader = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name }).click();

async function expectEmptyForm(page: Page, from: string): Promise<void> {
  await page.getByRole('heading', { name: 'Send money' }).waitFor();
  await page.getByLabel('To account').waitFor();
  for (const [label, value] of [
    ['From', from],
    ['To account', ''],
    ['Amount', ''],
  ] as const)
    await expect.poll(() => page.getByLabel(label).inputValue()).toBe(value);
}

type Answer = ReturnType<typeof problem>;
const LOST = problem(503, 'unknown_outcome', 'The service did not answer.');

/** The first command to this address is carried out and its answer lost. Further ones get these answers, and then their own. */
async function losesTheAnswer(page: Page, address: string, ...further: Answer[]): Promise<void> {
  const answers = [LOST, ...further];
  await page.route(address, async (route) => {
    const answer = answers.shift();
    if (answer === LOST) await route.fetch();
    if (answer) await route.fulfill({ status: answer.status, json: answer.body });
    else await route.continue();
  });
}

describeBank('an order', (bank) => {
  it('is paid from the account that was chosen, also when it is changed after the review, and after a reload', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/send?from=1');
    await page.getByLabel('From').selectOption('2');
    await review(page, '5', 3);
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('heading', { name: 'Check and send' }).waitFor();
    await page.getByText('Account 2', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByLabel('To account').waitFor();
    await page.reload();
    await isLive(page);
    await page.getByRole('button', { name: 'Review' }).click();
    await send(page, '5.00');
    await progress(page, 'accepted');
    expect([1, 2].map((id) => bank.gateway.bank.balance(id))).toEqual([10_000, 9_500]);
  });

  it('is followed by an empty one when Send is pressed in the header', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/send');
    await review(page, '5', 3);
    await send(page, '5.00');
    await progress(page, 'accepted');
    await inHeader(page, 'Send');
    await expectEmptyForm(page, '1');
  });

  it('keeps its reference while its result is shown, and Back leads from there to an empty one', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/send?from=2');
    await review(page, '5', 3);
    await send(page, '5.00');
    await progress(page, 'accepted');
    await page.getByText('Reference').waitFor();
    await page.goBack();
    await expectEmptyForm(page, '2');
  });

  it('stays the same one when its answer was lost and a further try is turned away', async () => {
    adaHas(bank);
    const visitor = await bank.signsIn('ada', '/send');
    const { page } = visitor;
    visitor.expectOutages();
    await losesTheAnswer(page, '**/api/transfers', problem(429, 'rate_limited', 'Too many requests.'));
    await review(page, '5', 3);
    await send(page, '5.00');
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('Too many requests.').waitFor();
    await page.getByText('No answer yet.').waitFor();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await progress(page, 'accepted');
    expect(bank.gateway.bank.transfers.size).toBe(1);
    expect(bank.gateway.bank.balance(1)).toBe(9_500);
  });

  it('that was carried out without an answer says so, also after a reload, and is not sent again', async () => {
    adaHas(bank);
    const visitor = await bank.signsIn('ada', '/send');
    const { page } = visitor;
    visitor.expectOutages();
    await losesTheAnswer(page, '**/api/transfers', problem(409, 'repeated', 'It was carried out before.'));
    await review(page, '5', 3);
    await send(page, '5.00');
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('It was carried out.').waitFor();
    await page.reload();
    await page.getByText('It was carried out.').waitFor();
    await expectAccessible(page);
    const statement = page.getByRole('link', { name: 'See the statement' });
    expect(await statement.getAttribute('href')).toBe('/accounts/1');
    await page.getByRole('button', { name: 'Send more' }).click();
    await expectEmptyForm(page, '1');
    expect(bank.gateway.bank.transfers.size).toBe(1);
  });

  it('of cash that was carried out without an answer says so, and another can be given', async () => {
    adaHas(bank);
    const visitor = await bank.signsIn('ada', '/accounts/1/deposit');
    const { page } = visitor;
    visitor.expectOutages();
    await losesTheAnswer(page, '**/deposit', problem(409, 'repeated', 'It was carried out before.'));
    await page.getByLabel('Amount').fill('7');
    await page.getByRole('button', { name: 'Deposit' }).click();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('It was carried out.').waitFor();
    await page.getByRole('button', { name: 'Deposit more' }).click();
    expect(await page.getByLabel('Amount').inputValue()).toBe('');
    expect(bank.gateway.bank.balance(1)).toBe(10_700);
  });
});

describeBank('what is pending', (bank) => {
  const chips = (page: Page) => page.locator('[data-account]').getByText('pending');

  it('is on the card until the verdict, for who has left the result and for who came meanwhile', async () => {
    adaHas(bank);
    bank.gateway.bank.settles = false;
    const { page, context } = await bank.signsIn('ada', '/send');
    await review(page, '5', 3);
    await send(page, '5.00');
    await progress(page, 'pending');
    await inHeader(page, 'Accounts');
    const other = await context.newPage();
    await other.goto('/accounts');
    for (const tab of [page, other]) {
      await tab.locator('[data-account="1"]').getByText('1 pending').waitFor();
      await isLive(tab);
    }
    bank.gateway.bank.settle();
    for (const tab of [page, other]) await expect.poll(() => chips(tab).count()).toBe(0);
  });

  it('is not on the card when the verdict was there before anybody looked', async () => {
    adaHas(bank);
    const { page } = await bank.signsIn('ada', '/accounts');
    await page.getByRole('heading', { name: 'Account 1' }).waitFor();
    await inHeader(page, 'Send');
    await review(page, '5', 3);
    await send(page, '5.00');
    await progress(page, 'accepted');
    await inHeader(page, 'Accounts');
    await page.locator('[data-account="1"]').getByText('−£5.00').waitFor();
    await expect.poll(() => chips(page).count()).toBe(0);
  });
});
