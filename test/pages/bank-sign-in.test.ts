import { expect, it } from 'vitest';
import { PASSWORD } from '../support/customer.js';
import { isLive, signIn } from './steps.js';
import { describeBank } from './with-bank.js';

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
