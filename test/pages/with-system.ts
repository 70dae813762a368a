/**
 * The frame of the checks of the pages against the whole system: real processes, pages built once, visitors for each check, and at
 * its end the proof that no page has had an error.
 */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { Customer } from '../support/customer.js';
import { System } from '../support/system.js';
import { findChromium, launch, type Visitor, visit } from './browser.js';
import { type BuiltPages, buildPages } from './built-pages.js';
import { isLive, signIn } from './steps.js';

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
  /** Another system in the place of this one, in which nothing has happened. */
  startsAfresh(): Promise<void>;
}

export interface SystemUnderCheck {
  /** of each service */
  readonly instances: number;
  /** a client that may write credits straight into the log */
  readonly historian?: boolean;
  /** after the first failure of an event; the default is that of the bus */
  readonly retryDelayMs?: number;
}

const chromium = findChromium();

export function describeSystem(
  title: string,
  under: SystemUnderCheck,
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
        await signIn(visitor.page, username);
        await isLive(visitor.page);
        return visitor;
      },
      async startsAfresh() {
        await leave();
        await check.system.stop();
        await startSystem();
      },
    };
    const startSystem = async () => {
      check.system = await started(under, pages.folder);
    };
    /** Nobody's pages have had an error. */
    const leave = async () => {
      const mistakes = visitors.flatMap((visitor) => visitor.mistakes);
      await Promise.all(visitors.map(({ context }) => context.close()));
      visitors = [];
      expect(mistakes).toEqual([]);
    };

    beforeAll(async () => {
      pages = await buildPages();
      [browser] = await Promise.all([launch(chromium!), startSystem()]);
    });
    afterAll(async () => {
      await browser?.close();
      await check.system?.stop();
      await pages?.remove();
    });
    afterEach(leave);

    checks(check);
  });
}

function started(
  { instances, historian = false, retryDelayMs }: SystemUnderCheck,
  pages: string,
): Promise<System> {
  const delay = retryDelayMs === undefined ? [] : ['--retry-delay', String(retryDelayMs)];
  return System.start({
    instances,
    historian,
    gateway: { operators: [OPERATOR], demonstration: true, pages },
    adapt: (plan) => (plan.name === 'bus' ? { ...plan, args: [...plan.args, ...delay] } : plan),
  });
}
