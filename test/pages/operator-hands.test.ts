/** What an operator does with hands and keyboard, and states of services that a healthy system does not show. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { InstanceHealth } from '../../common/pages/operator.js';
import { expectAccessible } from './expectations.js';
import { operatorAnswers, SERVICES } from './operator-answers.js';
import { typeInTheMiddle } from './steps.js';
import { describeBank } from './with-bank.js';

describeBank('an operator', (bank) => {
  const operatorComes = async (path: string) => {
    bank.gateway.mode = { ...bank.gateway.mode, demonstration: true };
    bank.gateway.fault = operatorAnswers();
    bank.gateway.bank.user('olga', { operator: true });
    const visitor = await bank.signsIn('olga', path);
    return visitor;
  };

  /** Presses Tab until this has the focus. */
  async function tabTo(page: Page, wanted: Locator): Promise<void> {
    for (let step = 0; step < 60; step += 1) {
      if (await wanted.evaluate((element) => element.matches(':focus'))) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no Tab leads to ${wanted}`);
  }

  it('copies an event as JSON, as Lua and as curl', async () => {
    const { page, context } = await operatorComes('/observatory/events/4');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const copied = async (name: string) => {
      await page.getByRole('button', { name: `Copy ${name}` }).click();
      await page.getByText(`Copied as ${name}.`).waitFor();
      return (await page.evaluate('navigator.clipboard.readText()')) as string;
    };
    expect(JSON.parse(await copied('JSON'))).toMatchObject({ position: '4', event_type: 'ConfirmedDebit' });
    expect(await copied('Lua')).toContain('type = "ConfirmedDebit", key = "acc-1"');
    const origin = new URL(page.url()).origin;
    expect(await copied('curl')).toContain(`${origin}/api/operator/events/4`);
  });

  it('reads at an event what failed, how often, and where to decide about it', async () => {
    const { page } = await operatorComes('/observatory/events/3');
    await page.getByText('5 attempts').waitFor();
    await page.getByText('loyalty.lua:12: attempt to index a nil value').waitFor();
    await page.getByRole('link', { name: 'Decide about it' }).click();
    await page.getByText('Only those of loyalty.').waitFor();
    expect(page.url()).toMatch(/parked\?service=loyalty$/);
  });

  it.each([
    ['/observatory', 'Search', 'q'],
    ['/observatory/keys', 'Begins with', 'prefix'],
    ['/observatory/time?service=accounts', 'Path', 'path'],
  ])('types in the middle at %s', async (path, label, parameter) => {
    const { page } = await operatorComes(path);
    await typeInTheMiddle(page, page.getByLabel(label, { exact: true }));
    await expect.poll(() => page.url()).toContain(`${parameter}=rent-1`);
  });

  it('sees in a field what is chosen in another way, also while the field has the focus', async () => {
    const { page } = await operatorComes('/observatory?q=before');
    const field = page.getByLabel('Search', { exact: true });
    await expect.poll(() => field.inputValue()).toBe('before');
    await page.getByRole('link', { name: 'Live events' }).click();
    await expect.poll(() => field.inputValue()).toBe('');
    await typeInTheMiddle(page, field);
    await expect.poll(() => page.url()).toContain('q=rent-1');
    await page.goBack();
    await expect.poll(() => field.inputValue()).toBe('before');
    expect(await field.evaluate((element) => element.matches(':focus'))).toBe(true);
    await page.getByRole('button', { name: 'Show everything' }).click();
    await expect.poll(() => field.inputValue()).toBe('');
  });

  it('finds a key by its beginning, which stands in the address', async () => {
    const { page } = await operatorComes('/observatory/keys');
    await page.getByLabel('Begins with').fill('acc-');
    await page.getByText('Keys that begin with acc-').waitFor();
    expect(page.url()).toMatch(/prefix=acc-$/);
    await page.getByRole('link', { name: 'acc-1' }).click();
    await page.getByText('but the newest value was 0').waitFor();
  });

  it('sees which service has no instance, what is owed in events and in time, and how far a rebuild is', async () => {
    const { page } = await operatorComes('/observatory/services');
    await page.locator('[data-service=loyalty]').getByText('No instance: what it is owed waits').waitFor();
    await page.getByText('61 s').first().waitFor();
    const health: InstanceHealth[] = [
      { client_type: 'accounts', url: 'http://localhost:5003', healthy: false, reason: 'rebuilding, 40 %' },
      { client_type: 'accounts', url: 'http://localhost:5013', healthy: false, reason: 'does not answer' },
    ];
    const now = { services: SERVICES, time: '2026-11-21T12:00:10.000Z', bus: true, health };
    bank.gateway.live.tell('services', 1, now);
    const row = (address: string) => page.getByRole('row').filter({ hasText: address });
    await row('localhost:5003').getByText('rebuilding, 40 %').waitFor();
    await row('localhost:5013').getByText('does not answer').waitFor();
    await page.locator('[data-service=accounts]').getByText('1 not healthy').waitFor();
    await expectAccessible(page);
  });

  it('chooses points of time, and decides about what is parked, by keyboard alone', async () => {
    const { page } = await operatorComes('/observatory/time?service=accounts&path=/account/1&at=4&than=2');
    await page.getByRole('table', { name: 'Fields that differ' }).waitFor();
    await tabTo(page, page.getByRole('slider', { name: 'At', exact: true }));
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toMatch(/at=(%22)?5/);
    await page.goto('/observatory/parked');
    await page.getByRole('button', { name: 'Skip loyalty:3' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Skip loyalty:3' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Skip loyalty:3');
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByLabel('Reason'));
    await page.keyboard.type('Broken for good');
    await page.keyboard.press('Enter');
    await page.getByText('loyalty:3 was skipped.').waitFor();
  });
});
