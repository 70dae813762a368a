import { expect, it } from 'vitest';
import { PASSWORD } from '../support/customer.js';
import { operatorAnswers } from './operator-answers.js';
import { problem } from './stand-in.js';
import { isLive, signIn } from './steps.js';
import { type BankCheck, describeBank } from './with-bank.js';

describeBank('signing in', (bank) => {
  it('E4: the same name in two tabs: one gets it, the other is told at the field', async () => {
    const tabs = await Promise.all([bank.comes('/register'), bank.comes('/register')]);
    for (const { page } of tabs) {
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('Password').fill(PASSWORD);
    }
    for (const { page } of tabs) await page.getByRole('button', { name: 'Register' }).click();
    const [first, second] = tabs.map(({ page }) => page);
    await first!.getByRole('heading', { name: 'Your accounts' }).waitFor();
    await second!.getByText('the name ada is taken').waitFor();
    expect(await second!.getByLabel('User name').getAttribute('aria-invalid')).toBe('true');
  });

  it('E5: a wrong name and a wrong password get the same sentence', async () => {
    bank.gateway.bank.user('ada');
    const { page } = await bank.comes('/sign-in');
    const sentences = [];
    for (const [name, password] of [
      ['ada', 'wrong'],
      ['nobody', PASSWORD],
    ] as const) {
      await signIn(page, name, password);
      await page.getByRole('alert').waitFor();
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
      sentences.push(await page.getByRole('alert').textContent());
    }
    expect(sentences).toEqual(Array(2).fill('The name or the password is wrong.'));
  });

  it('E5: a deep link comes back after signing in, over a reload and with its choices', async () => {
    bank.gateway.bank.user('ada');
    bank.gateway.bank.open('ada');
    bank.gateway.bank.book(1, 500, 'Coffee money');
    const { page } = await bank.comes('/accounts/1?direction=in');
    await page.reload();
    await signIn(page, 'ada');
    await page.getByText('Coffee money').waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/accounts/1?direction=in');
    expect(await page.title()).toBe('Account 1 · Autokrator');
  });

  it('comes back to no other site', async () => {
    bank.gateway.bank.user('ada');
    const { page } = await bank.comes('/sign-in?next=//evil.example/');
    await signIn(page, 'ada');
    await page.getByRole('heading', { name: 'Your accounts' }).waitFor();
  });

  it('E6: a token that has run out is renewed in silence, for requests and for the live connection', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    const { page } = await bank.signsIn('ada', '/accounts/1');
    gateway.endAccess();
    await expect.poll(() => gateway.asked.includes('POST /refresh')).toBe(true);
    await isLive(page);
    await page.getByRole('link', { name: 'Your accounts' }).click();
    await page.getByRole('heading', { name: 'Account 1' }).waitFor();
    gateway.bank.book(1, 700, 'Still here');
    await page.getByText('Still here').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('E6: a session that is over keeps the form, and goes on after signing in again', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    const { page } = await bank.signsIn('ada', '/accounts/1/deposit');
    await page.getByLabel('Amount').fill('12.34');
    gateway.endSessions();
    await page.getByRole('dialog').waitFor();
    await page.locator('[data-connection=signed-out]').waitFor({ state: 'attached' });
    await page.getByRole('dialog').getByLabel('Password').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await isLive(page);
    expect(await page.getByLabel('Amount').inputValue()).toBe('12.34');
    await page.getByRole('button', { name: 'Deposit' }).click();
    await page.locator('[data-progress=accepted]').waitFor();
    expect(gateway.bank.balance(1)).toBe(1234);
  });

  it('a reload keeps the session, and signing out in one tab ends it in the other', async () => {
    bank.gateway.bank.user('ada');
    const { page, context } = await bank.signsIn('ada', '/accounts');
    await page.reload();
    await isLive(page);
    const other = await context.newPage();
    await other.goto('/accounts');
    await isLive(other);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.getByText('You have been signed out').waitFor();
  });

  it('a page on which the session changes hands begins anew: nothing of the person before is left on it', async () => {
    twoCustomers(bank);
    const { page, context } = await bank.signsIn('ada', '/accounts');
    await page.getByRole('heading', { name: 'Account 1' }).waitFor();
    const other = await context.newPage();
    await other.goto('/accounts');
    await isLive(other);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have been signed out').waitFor();
    await signIn(other, 'bob');
    await page.getByTitle('bob').waitFor();
    await page.getByRole('heading', { name: 'Account 2' }).waitFor();
    expect(await page.getByText('£111.00').count()).toBe(0);
  });

  it('an operator’s page is no operator’s any more when a customer signs in in front of it', async () => {
    const { gateway } = bank;
    twoCustomers(bank);
    gateway.bank.user('olga', { operator: true });
    gateway.fault = operatorAnswers();
    const { page } = await bank.signsIn('olga', '/observatory/services');
    await page.locator('[data-service=loyalty]').waitFor();
    gateway.endSessions();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('User name').fill('ada');
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is for operators.').waitFor();
    expect(await page.getByRole('link', { name: 'Observatory' }).count()).toBe(0);
    expect(await page.locator('[data-service=loyalty]').count()).toBe(0);
  });

  it('an order goes out under no other name than that of who gave it', async () => {
    const { gateway } = bank;
    twoCustomers(bank);
    const { page: bobs, context } = await bank.comes('/sign-in');
    const adas = await context.newPage();
    await adas.goto('/accounts/1/deposit');
    await signIn(adas, 'ada');
    await bobs.getByTitle('ada').waitFor();
    await signIn(bobs, 'bob');
    await bobs.getByRole('heading', { name: 'Account 2' }).waitFor();
    await adas.getByTitle('ada').waitFor();
    let orders = 0;
    gateway.fault = (method, path) => {
      if (method !== 'POST' || path !== '/api/accounts/1/deposit') return undefined;
      orders += 1;
      return problem(401, 'unauthorized', 'sign in');
    };
    await adas.getByLabel('Amount').fill('12.34');
    await adas.getByRole('button', { name: 'Deposit' }).click();
    await adas.getByTitle('bob').waitFor();
    await adas.getByText('You have no account 1.').waitFor();
    expect(orders).toBe(1);
  });

  it('says that the bank cannot be reached, and goes on when it can', async () => {
    bank.gateway.fault = (_, path) =>
      path === '/api/mode'
        ? { status: 503, body: { error: 'No instance answers.', code: 'service_unavailable' } }
        : undefined;
    const visitor = await bank.comes('about:blank');
    visitor.expectOutages();
    await visitor.page.goto('/accounts');
    await visitor.page.getByText('No instance answers.').waitFor();
    bank.gateway.fault = () => undefined;
    await visitor.page.getByRole('button', { name: 'Try again' }).click();
    await visitor.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('where sign-in is switched off a name is enough, and every page says so', async () => {
    bank.gateway.mode = { auth: false, demonstration: true, version: '1' };
    const { page } = await bank.comes('/accounts');
    await page.getByLabel('User name').fill('ada');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You have no account yet').waitFor();
    await page.getByText('sign-in is switched off').waitFor();
  });
});

/** Ada with account 1 and £111, Bob with account 2 and £222. */
function twoCustomers({ gateway }: BankCheck): void {
  for (const [name, amount] of [
    ['ada', 11_100],
    ['bob', 22_200],
  ] as const) {
    gateway.bank.user(name);
    gateway.bank.book(gateway.bank.open(name), amount, `Salary of ${name}`);
  }
}
