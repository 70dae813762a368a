/** Every bank page in every state it can be in: without an axe violation, without sideways scrolling, light, dark, phone. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, launch, picture, type Visitor, visit } from './browser.js';
import { type BuiltPages, buildPages } from './built-pages.js';
import { expectAccessible, expectNoSidewaysScroll } from './expectations.js';
import { problem, StandInGateway } from './stand-in.js';
import { isLive, signIn } from './steps.js';

const chromium = findChromium();
const DAY_S = 86_400;
const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 320, height: 640 }, colorScheme: 'light' }],
];

describe.skipIf(!chromium)('the looks of the bank', () => {
  let pages: BuiltPages;
  let browser: Browser;
  let gateway: StandInGateway;
  let origin: string;
  let visitor: Visitor;

  beforeAll(async () => {
    pages = await buildPages();
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await browser.close();
    await pages.remove();
  });

  beforeEach(async () => {
    gateway = new StandInGateway(pages.folder);
    origin = await gateway.start();
    fill(gateway);
  });
  afterEach(async () => {
    await visitor.context.close();
    await gateway.stop();
    expect(visitor.mistakes).toEqual([]);
  });

  const settled = async (name: string) => {
    await expectAccessible(visitor.page);
    await expectNoSidewaysScroll(visitor.page);
    await picture(visitor.page, name);
  };

  const enter = async (path: string, look: BrowserContextOptions, username = 'ada') => {
    visitor = await visit(browser, origin, look);
    await visitor.page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
    await signIn(visitor.page, username);
    await isLive(visitor.page);
  };

  describe.each(LOOKS)('%s', (look, options) => {
    it('sign in and register, with their mistakes', async () => {
      gateway.mode = {
        ...gateway.mode,
        demonstration: true,
        demo_users: [{ username: 'ada', password: 'correct horse', operator: false }],
      };
      visitor = await visit(browser, origin, options);
      await visitor.page.goto('/sign-in');
      await visitor.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await settled(`sign-in-${look}`);
      await visitor.page.goto('/register');
      await visitor.page.getByRole('button', { name: 'Register' }).click();
      await visitor.page.getByText('Use at least 8 characters.').waitFor();
      await settled(`register-mistakes-${look}`);
    });

    it('accounts, full and empty', async () => {
      await enter('/accounts', options);
      await visitor.page.getByRole('heading', { name: 'Account 1' }).waitFor();
      await settled(`accounts-${look}`);
      await visitor.context.clearCookies();
      await enter('/accounts', options, 'grace');
      await visitor.page.getByText('You have no account yet').waitFor();
      await settled(`accounts-empty-${look}`);
    });

    it('a statement', async () => {
      await enter('/accounts/1', options);
      await visitor.page.locator('[data-seq]').first().waitFor();
      await visitor.page.locator('canvas').first().waitFor();
      await settled(`statement-${look}`);
    });

    it('send, its mistakes, the review, a pending transfer and a refused one', async () => {
      gateway.bank.settles = false;
      await enter('/send', options);
      await visitor.page.getByRole('button', { name: 'Review' }).click();
      await visitor.page.getByText('Enter an amount.').waitFor();
      await settled(`send-mistakes-${look}`);
      await visitor.page.getByLabel('To account').fill('3');
      await visitor.page.getByLabel('Amount').fill('99,999');
      await visitor.page.getByText('Account 3 exists').waitFor();
      await visitor.page.getByRole('button', { name: 'Review' }).click();
      await visitor.page.getByRole('heading', { name: 'Check and send' }).waitFor();
      await settled(`send-review-${look}`);
      await visitor.page.getByRole('button', { name: 'Send £99,999.00' }).click();
      await visitor.page.locator('[data-progress=pending]').waitFor();
      await settled(`send-pending-${look}`);
      gateway.bank.settle();
      await visitor.page.locator('[data-progress=refused]').waitFor();
      await settled(`send-refused-${look}`);
    });

    it('deposit', async () => {
      await enter('/accounts/1/deposit', options);
      await visitor.page.getByLabel('Amount').fill('12.345');
      await visitor.page.getByRole('button', { name: 'Deposit' }).click();
      await visitor.page.getByText('A penny cannot be divided').waitFor();
      await settled(`deposit-mistake-${look}`);
      await visitor.page.getByLabel('Amount').fill('12.34');
      await visitor.page.getByRole('button', { name: 'Deposit' }).click();
      await visitor.page.locator('[data-progress=accepted]').waitFor();
      await settled(`deposit-accepted-${look}`);
    });

    it('what is loading, what has failed, what is old, and a session that is over', async () => {
      await enter('/accounts', options);
      await visitor.page.getByRole('heading', { name: 'Account 1' }).waitFor();
      visitor.expectOutages();
      gateway.fault = (_, path) =>
        path === '/api/accounts/2/statement'
          ? {
              ...problem(500, 'internal', 'Something broke here.'),
              body: { error: 'Something broke here.', code: 'internal', id: 'e-7f3a' },
            }
          : path === '/api/accounts/1/statement'
            ? 'silence'
            : undefined;
      await visitor.page.getByRole('link', { name: 'Account 1' }).click();
      await visitor.page.getByText('Loading the entries').waitFor();
      await settled(`statement-loading-${look}`);
      await visitor.page.goBack();
      await visitor.page.getByRole('link', { name: 'Account 2' }).click();
      await visitor.page.getByText('e-7f3a').first().waitFor();
      await settled(`statement-failed-${look}`);
      await visitor.page.goBack();
      gateway.live.away = true;
      gateway.live.cut();
      await visitor.page.locator('[data-connection=reconnecting]').waitFor();
      await visitor.page.getByText('As of').waitFor();
      await settled(`accounts-stale-${look}`);
      gateway.live.away = false;
      await visitor.page.locator('[data-connection=live]').waitFor();
      gateway.fault = () => undefined;
      gateway.endSessions();
      await visitor.page.getByRole('dialog').waitFor();
      await settled(`signed-out-${look}`);
    });
  });
});

/** Ada has two accounts with a history of some weeks, Grace has none, Bob has one. */
function fill({ bank }: StandInGateway): void {
  const start = Math.floor(Date.UTC(2026, 9, 20, 9, 30) / 1000);
  let now = start;
  bank.clock = () => now;
  bank.user('ada');
  bank.user('bob');
  bank.user('grace');
  for (const owner of ['ada', 'ada', 'bob']) bank.open(owner);
  const notes = [
    'Rent',
    'Groceries',
    'Salary',
    'Coffee',
    'Books for the winter term',
    'Train to York',
    'Birthday present',
  ];
  bank.book(1, 182_450, 'Salary');
  for (let n = 0; n < 60; n += 1) {
    now = start + Math.floor((n / 60) * 30 * DAY_S) + n * 137;
    const note = notes[n % notes.length]!;
    bank.book(1, note === 'Salary' ? 94_000 : -(1_250 + ((n * 7919) % 9000)), note);
  }
  bank.book(2, 50_000, 'Deposit to 2');
  bank.clock = undefined;
}
