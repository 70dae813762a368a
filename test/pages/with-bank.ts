/**
 * The frame of the bank's checks: pages built once, a stand-in gateway and visitors for each check, and at its end the proof that no
 * page has had an error.
 */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { findChromium, launch, type Visitor, visit } from './browser.js';
import { type BuiltPages, buildPages } from './built-pages.js';
import { StandInGateway } from './stand-in.js';
import { isLive, signIn } from './steps.js';

export interface BankCheck {
  gateway: StandInGateway;
  /** A browser of their own that is at this path, signed in or on the way there. */
  comes(path: string, options?: BrowserContextOptions): Promise<Visitor>;
  /** The same, signed in with the stand-in's password. */
  signsIn(username: string, path: string, options?: BrowserContextOptions): Promise<Visitor>;
}

const chromium = findChromium();

export function describeBank(title: string, checks: (bank: BankCheck) => void): void {
  describe.skipIf(!chromium)(title, () => {
    let pages: BuiltPages;
    let browser: Browser;
    let origin: string;
    let visitors: Visitor[] = [];
    const bank: BankCheck = {
      gateway: undefined as unknown as StandInGateway,
      async comes(path, options) {
        const visitor = await visit(browser, origin, options);
        visitors.push(visitor);
        await visitor.page.goto(path);
        return visitor;
      },
      async signsIn(username, path, options) {
        const visitor = await bank.comes(path, options);
        await signIn(visitor.page, username);
        await isLive(visitor.page);
        return visitor;
      },
    };

    beforeAll(async () => {
      pages = await buildPages();
      browser = await launch(chromium!);
    });
    afterAll(async () => {
      await browser?.close();
      await pages?.remove();
    });
    beforeEach(async () => {
      bank.gateway = new StandInGateway(pages.folder);
      origin = await bank.gateway.start();
    });
    afterEach(async () => {
      const mistakes = visitors.flatMap((visitor) => visitor.mistakes);
      await Promise.all(visitors.map(({ context }) => context.close()));
      visitors = [];
      await bank.gateway.stop();
      expect(mistakes).toEqual([]);
    });

    checks(bank);
  });
}
