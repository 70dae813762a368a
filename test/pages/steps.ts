/** What a customer does on the bank's pages, and what can be read there. */
import type { Page } from 'playwright-core';

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
