/**
 * The frame of the checks of the pages against the whole system: real processes, pages built once, visitors for each check, and at
 * its end the proof that no page has had an error.
 */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { Customer, PASSWORD } from '../support/customer.js';
import { System } from '../support/system.js';
import { findChromium, launch, type Visitor, visit } from './browser.js';
import { type BuiltPages, buildPages } from './built-pages.js';
import { isLive, signIn } from './with-bank.js';

export const OPERATOR = 'olga';

export interface SystemCheck {
  system: System;
  /** address of the gateway */
  readonly gateway: string;
  /** Somebody who has registered; names are used once. */
  customer(username: string): Promise<Customer>;
  /** A browser of their own that is at this path, signed in or on the way there. */
  comes(path: string, options?: BrowserContextOptions): Promise<Visitor>;
  /** The same, signed in. */
  signsIn(username: string, path: string, options?: BrowserContextOptions): Promise<Visitor>;
}

const chromium = findChromium();

/** @param instances of each service */
export function describeSystem(
  title: string,
  { instances }: { instances: number },
  checks: (check: SystemCheck) => void,
): void {
  describe.skipIf(!chromium)(title, { timeout: 60_000 }, () => {
    let pages: BuiltPages;
    let browser: Browser;
    let visitors: Visitor[] = [];
    const check: SystemCheck = {
      system: undefined as unknown as System,
      get gateway() {
        return check.system.url('gateway');
      },
      customer: (username) => Customer.register(check.gateway, username),
      async comes(path, options) {
        const visitor = await visit(browser, check.gateway, options);
        visitors.push(visitor);
        await visitor.page.goto(path);
        return visitor;
      },
      async signsIn(username, path, options) {
        const visitor = await check.comes(path, options);
        await signIn(visitor.page, username, PASSWORD);
        await isLive(visitor.page);
        return visitor;
      },
    };

    beforeAll(async () => {
      pages = await buildPages();
      const gateway = { operators: [OPERATOR], demonstration: true, pages: pages.folder };
      [check.system, browser] = await Promise.all([System.start({ instances, gateway }), launch(chromium!)]);
    });
    afterAll(async () => {
      await browser?.close();
      await check.system?.stop();
      await pages?.remove();
    });
    afterEach(async () => {
      const mistakes = visitors.flatMap((visitor) => visitor.mistakes);
      await Promise.all(visitors.map(({ context }) => context.close()));
      visitors = [];
      expect(mistakes).toEqual([]);
    });

    checks(check);
  });
}
