/**
 * `node deploy/run.mjs test/pages/screenshots`: a picture of every page, light, dark and as wide as a phone, of a system that is running and
 * has a history. Existing pictures of the same names are replaced.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { CommandFailure, command, runCommandLine } from '../../common/command-line.js';
import { packageVersion } from '../../common/package-version.js';
import { findChromium, launch, visit } from './browser.js';
import { CUSTOMER, type LivedIn, livedIn, OPERATOR } from './lived-in.js';
import { isLive, progress, review, signIn } from './steps.js';

const WIDE = { width: 1280, height: 800 };
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: WIDE, colorScheme: 'light' },
  dark: { viewport: WIDE, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 }, colorScheme: 'light' },
};
/** Of JPEG: small files, and letters that are still sharp. */
const QUALITY = 72;

/** What a page shows when it is there, and what is done on it before. */
interface Sight {
  readonly path: string;
  readonly there: string;
  readonly first?: (page: Page) => Promise<void>;
}

type Sights = Readonly<Record<string, Sight>>;

const DOOR: Sights = {
  'sign-in': { path: '/sign-in', there: 'role=heading[name="Sign in"]' },
  register: { path: '/register', there: 'role=heading[name="Register"]' },
};

function bankSights({ accounts: [current, savings] }: LivedIn): Sights {
  return {
    accounts: { path: '/accounts', there: `role=heading[name="Account ${savings}"]` },
    statement: { path: `/accounts/${current}`, there: 'canvas' },
    deposit: { path: `/accounts/${savings}/deposit`, there: 'role=textbox[name="Amount"]' },
    review: {
      path: `/send?from=${current}`,
      there: 'role=button[name="Send £12.50"]',
      first: (page) => review(page, '12.50', savings),
    },
    accepted: {
      path: `/send?from=${current}`,
      there: '[data-progress=accepted]',
      first: async (page) => {
        await review(page, '2', savings);
        await page.getByRole('button', { name: 'Send £2.00' }).click();
        await progress(page, 'accepted');
      },
    },
    refused: {
      path: `/send?from=${current}`,
      there: '[data-progress=refused]',
      first: async (page) => {
        await review(page, '90,000', savings);
        await page.getByRole('button', { name: 'Send £90,000.00' }).click();
        await progress(page, 'refused');
      },
    },
  };
}

async function operatorSights({ system, accounts: [current], correlation }: LivedIn): Promise<Sights> {
  const { events } = (await system.askBus(`/correlations/${correlation}`)) as {
    events: { position: string }[];
  };
  const { head } = (await system.askBus('/totals')) as { head: string };
  const time = `service=accounts&path=/account/${current}&at=${head}&than=${Number(head) - 40}`;
  return {
    live: { path: '/observatory', there: '[data-position]' },
    event: { path: `/observatory/events/${events[1]!.position}`, there: 'text=In its correlation: 2 of' },
    trace: { path: `/observatory/traces/${correlation}`, there: '[data-type=ConfirmedDebit]' },
    timeline: { path: `/observatory/traces/${correlation}?view=timeline`, there: 'text=after its cause' },
    keys: { path: '/observatory/keys?prefix=acc', there: `role=link[name="acc-${current}"]` },
    key: { path: '/observatory/keys/seat-12', there: 'text=but the newest value was 1' },
    services: { path: '/observatory/services', there: '[data-service=ledger]' },
    parked: { path: '/observatory/parked', there: 'text=could not handle' },
    time: { path: `/observatory/time?${time}`, there: 'role=table[name="Fields that differ"]' },
    totals: { path: '/observatory/totals', there: 'text=What was taken was given' },
    populate: { path: '/observatory/populate', there: 'role=button[name="Populate"]' },
  };
}

const run = command('node deploy/run.mjs test/pages/screenshots', {
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
