/**
 * A real Chromium for the checks of the pages: found by CHROMIUM or at the usual places. Without one the checks are skipped and say so; where
 * CI is set that is a failure. Every page fails its check on an error of the page, on an error in its console that was not
 * expected, and on a request to anywhere but its own origin.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Shorter than a check may take, so that the line that waits in vain is the one that is told. */
const PATIENCE_MS = 20_000;

/** Where it is, or why not. */
export function findChromium(): string | undefined {
  const found = [process.env.CHROMIUM ?? '', ...USUAL].find((path) => path !== '' && existsSync(path));
  if (found !== undefined) return found;
  const line = 'No Chromium (set CHROMIUM to its path): the pages are not checked.';
  if (process.env.CI) throw new Error(line);
  process.stderr.write(`${line}\n`);
  return undefined;
}

export async function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Failed requests that a check provokes are written to the console by the browser itself; these are told by their text. */
const REFUSED_REQUEST = /^Failed to load resource: the server responded with a status of 4\d\d/;
const EXPECTED_WHILE_AWAY = /^(WebSocket connection to |Failed to load resource: )/;

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** what went wrong on its pages so far */
  mistakes: string[];
  /** From here on the gateway is cut off or fails on purpose: what the browser says to that is no mistake. */
  expectOutages(): void;
}

/** A person with a browser of their own: cookies and storage are not shared with other visitors. */
export async function visit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const mistakes: string[] = [];
  let outages = false;
  context.on('page', (page) => {
    page.on('pageerror', (error) => mistakes.push(`page error: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const expected = outages ? EXPECTED_WHILE_AWAY : REFUSED_REQUEST;
      if (!expected.test(message.text())) mistakes.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (
        !url.startsWith(origin) &&
        !url.startsWith(origin.replace('http', 'ws')) &&
        !/^(data|blob):/.test(url)
      )
        mistakes.push(`asks elsewhere: ${url}`);
    });
  });
  const page = await context.newPage();
  const expectOutages = () => {
    outages = true;
  };
  return { context, page, mistakes, expectOutages };
}

/** Keeps a picture of the page where PAGES_SCREENSHOTS says, if it says so. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PAGES_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
