/**
 * `node deploy/run.mjs test/pages/screenshots/main`: a picture of every page, light, dark and as wide as a phone, of a system that is running and
 * has a history. Existing pictures of the same names are replaced.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { CommandFailure, command, runCommandLine } from '../../../common/command-line.js';
import { packageVersion } from '../../../common/package-version.js';
import { findChromium, launch, visit } from '../browser.js';
import { isLive, signIn } from '../steps.js';
import { CUSTOMER, type LivedIn, livedIn, OPERATOR } from './lived-in.js';
import { bankSights, DOOR, operatorSights, type Sights } from './sights.js';

const WIDE = { width: 1280, height: 800 };
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: WIDE, colorScheme: 'light' },
  dark: { viewport: WIDE, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 1100 }, colorScheme: 'light' },
};
/** Of JPEG: small files, and letters that are still sharp. */
const QUALITY = 60;

const run = command('node deploy/run.mjs test/pages/screenshots/main', {
  describe: 'takes pictures of all pages of a running system',
  options: { out: { default: 'docs/screenshots', describe: 'folder of the pictures' } },
  async run({ out }) {
    const chromium = findChromium();
    if (chromium === undefined) throw new CommandFailure('No Chromium: set CHROMIUM to its path.');
    await mkdir(out, { recursive: true });
    const lived = await livedIn('dist/web');
    const browser = await launch(chromium);
    try {
      for (const look of Object.keys(LOOKS)) {
        const take = (sights: Sights, as?: string) => pictures(browser, lived, { look, as, sights, out });
        await take(DOOR);
        await take(bankSights(lived), CUSTOMER);
        await take(await operatorSights(lived), OPERATOR);
      }
    } finally {
      await browser.close();
      await lived.stop();
    }
  },
});

interface Errand {
  readonly look: string;
  /** who looks; nobody who is signed in if undefined */
  readonly as: string | undefined;
  readonly sights: Sights;
  readonly out: string;
}

async function pictures(
  browser: Browser,
  { system }: LivedIn,
  { look, as, sights, out }: Errand,
): Promise<void> {
  const { page, context, mistakes } = await visit(browser, system.url('gateway'), LOOKS[look]);
  context.setDefaultTimeout(60_000);
  if (as !== undefined) {
    await page.goto('/sign-in');
    await signIn(page, as);
    await isLive(page);
  }
  for (const [name, { path, there, first }] of Object.entries(sights)) {
    await page.goto(path);
    if (as !== undefined) await isLive(page);
    await first?.(page);
    await page.locator(there).first().waitFor();
    await settled(page);
    const file = join(out, `${name}-${look}.jpg`);
    await page.screenshot({ path: file, type: 'jpeg', quality: QUALITY, animations: 'disabled' });
    process.stdout.write(`${file}\n`);
  }
  await context.close();
  if (mistakes.length > 0) throw new CommandFailure(mistakes.join('\n'));
}

/** Nothing is being read any more, and what was read is drawn. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.locator('[data-state=loading]').first().waitFor({ state: 'detached' });
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
}

process.exitCode = await runCommandLine([run], { version: packageVersion() });
