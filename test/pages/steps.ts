/** What a person does on the pages, and what can be read there. */

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PASSWORD } from '../support/customer.js';

export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function isLive(page: Page): Promise<void> {
  await page.locator('[data-connection=live]').waitFor();
}

/** Types `rent-1` into an empty field key by key, its last letter first: what comes in the middle has to stay there. */
export async function typeInTheMiddle(page: Page, field: Locator): Promise<void> {
  await field.focus();
  await page.keyboard.type('1');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('rent-');
  expect(await field.inputValue()).toBe('rent-1');
}

/** Fills the form of a transfer and goes on to the page that shows it for a last look. */
export async function review(page: Page, amount: string, to: number): Promise<void> {
  await page.getByLabel('To account').fill(String(to));
  await page.getByLabel('Amount').fill(amount);
  await page.getByText(/exists|could not be checked/).waitFor();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('heading', { name: 'Check and send' }).waitFor();
}

/** Waits until the command of this page is `pending`, `accepted`, `refused`, … */
export function progress(page: Page, state: string, timeout?: number): Promise<void> {
  return page.locator(`[data-progress=${state}]`).waitFor(timeout === undefined ? {} : { timeout });
}

/** The numbers of the statement's entries that are drawn, from the top. */
export function numbers(page: Page): Promise<number[]> {
  return page
    .locator('[data-seq]')
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-seq'))));
}

/** Amount and running balance, in pence, of the entries that are drawn, from the top. */
export async function sums(page: Page): Promise<{ amount: number; balance: number }[]> {
  const texts = await page
    .locator('[data-seq]')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('[role=cell]')].map((cell) => cell.textContent ?? '')),
    );
  const pence = (text = '') => Number(text.replaceAll(/[^\d−]/g, '').replace('−', '-'));
  return texts.map(([, amount, balance]) => ({ amount: pence(amount), balance: pence(balance) }));
}

/** From now on the page looks out for this text; the answer, to be called later, is when it stood there first, in Unix milliseconds. */
export async function watchFor(page: Page, text: string): Promise<() => Promise<number>> {
  const seen = await page.evaluateHandle(`(() => {
    const there = () => document.body.textContent.includes(${JSON.stringify(text)});
    return {
      at: new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (!there()) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    };
  })()`);
  return async () => (await seen.evaluate(({ at }: { at: Promise<number> }) => at)) as number;
}
