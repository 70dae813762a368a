/** Signing in, staying so and being asked again, with real tokens of a real users service. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { LIFETIME_S, Tokens } from '../../runtime/service/tokens/tokens.js';
import { ask, PASSWORD } from '../support/customer.js';
import { expectAccessible } from './expectations.js';
import { isLive, progress, signIn } from './steps.js';
import { describeSystem } from './with-system.js';

/** What is left of an access token that a check has made old. */
const LEFT_S = 4;

describeSystem('signing in, with everything behind it', { instances: 1 }, (check) => {
  it('E4: a name that two ask for at once is one’s, and the other is told at the field', async () => {
    const tabs = await Promise.all([check.comes('/register'), check.comes('/register')]);
    for (const { page } of tabs) {
      await page.getByLabel('User name').fill('wanted');
      await page.getByLabel('Password').fill(PASSWORD);
    }
    await Promise.all(tabs.map(({ page }) => page.getByRole('button', { name: 'Register' }).click()));
    const outcomes = await Promise.all(
      tabs.map(({ page }) =>
        Promise.race([
          page
            .getByRole('heading', { name: 'Your accounts' })
            .waitFor()
            .then(() => 'in'),
          page
            .getByText('the name wanted is taken')
            .waitFor()
            .then(() => 'taken'),
        ]),
      ),
    );
    expect(outcomes.sort()).toEqual(['in', 'taken']);
  });

  it('E5: a wrong name and a wrong password get the same sentence, and a deep link comes back', async () => {
    const customer = await check.customer('known');
    const id = await customer.open(500);
    const { page } = await check.comes(`/accounts/${id}?direction=in`);
    for (const [name, password] of [
      ['known', 'wrong'],
      ['nobody', PASSWORD],
    ] as const) {
      await signIn(page, name, password);
      await page.getByRole('alert').waitFor();
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
      expect(await page.getByRole('alert').textContent()).toBe('The name or the password is wrong.');
    }
    await signIn(page, 'known', PASSWORD);
    await page.getByText('+£5.00').waitFor();
    expect(page.url()).toBe(`${check.gateway}/accounts/${id}?direction=in`);
  });

  /**
   * Signs in, and gets for it a token of the system's own key that was issued almost five minutes ago, of which the page knows nothing: as
   * on a device that has slept. From then on the page gets what the gateway answers.
   */
  async function signsInLongAgo(page: Page, username: string): Promise<void> {
    const past = { now: () => Date.now() - (LIFETIME_S.access - LEFT_S) * 1000 };
    const old = await new Tokens(join(check.system.data, 'keys'), past).issue(username, 'access', {});
    await page.route(
      '**/login',
      async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), access: old } });
      },
      { times: 1 },
    );
    await signIn(page, username);
    await isLive(page);
  }

  it('E6: a token that has run out is renewed in silence, for requests and for the live connection', async () => {
    const customer = await check.customer('sleeper');
    const id = await customer.open(100);
    const { page } = await check.comes(`/accounts/${id}`);
    const [renewed] = await Promise.all([
      page.waitForResponse('**/refresh'),
      signsInLongAgo(page, 'sleeper'),
    ]);
    expect(renewed.status()).toBe(200);
    await isLive(page);
    await customer.ask(`/api/accounts/${id}/deposit`, { body: { amount: 700 } });
    await page.getByText('+£7.00').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Deposit' }).click();
    await page.getByLabel('Amount').fill('8');
    await page.getByRole('button', { name: 'Deposit' }).click();
    await progress(page, 'accepted');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('E6: before it runs out a token is renewed, by the clock of the page', async () => {
    const customer = await check.customer('waiting');
    const id = await customer.open(100);
    const { page } = await check.comes('/sign-in');
    await page.clock.install();
    await page.goto(`/sign-in?next=/accounts/${id}`);
    await signIn(page, 'waiting');
    await isLive(page);
    const [renewed] = await Promise.all([
      page.waitForResponse('**/refresh'),
      page.clock.fastForward(LIFETIME_S.access * 900),
    ]);
    expect(renewed.status()).toBe(200);
    await isLive(page);
  });

  it('E6: a session that is over keeps the form, and goes on after signing in again', async () => {
    const customer = await check.customer('ended');
    const id = await customer.open(100);
    const { page, context } = await check.comes(`/accounts/${id}/deposit`);
    await signsInLongAgo(page, 'ended');
    await page.getByLabel('Amount').fill('12.34');
    const refresh = (await context.cookies()).find(({ name }) => name === 'refresh')!.value;
    expect((await ask(check.gateway, '/logout', { body: { refresh } })).status).toBe(204);
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.locator('[data-connection=signed-out]').waitFor({ state: 'attached' });
    await expectAccessible(page);
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await isLive(page);
    expect(await page.getByLabel('Amount').inputValue()).toBe('12.34');
    await page.getByRole('button', { name: 'Deposit' }).click();
    await progress(page, 'accepted');
    expect(await customer.balance(id)).toBe(1_334);
  });
});
