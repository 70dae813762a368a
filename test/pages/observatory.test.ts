/** The observatory: every page in every state without an axe violation, light, dark, phone; and what an operator does with it. */
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { picture, type Visitor } from './browser.js';
import { expectAccessible, expectNoSidewaysScroll } from './expectations.js';
import { eventAt, operatorAnswers, PARKED, TRACE } from './operator-answers.js';
import { problem } from './stand-in.js';
import { type BankCheck, describeBank } from './with-bank.js';

const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['phone', { viewport: { width: 320, height: 640 }, colorScheme: 'light' }],
];

/** Name, address, and what is there when the page is. */
const PAGES: [string, string, string][] = [
  ['live', '/observatory', '[data-position="6"]'],
  ['event', '/observatory/events/4', 'text=In its correlation: 3 of 4'],
  ['masked', '/observatory/events/6', 'text=what it says is shown to nobody'],
  ['trace', `/observatory/traces/${TRACE}?view=graph`, '[data-type=ConfirmedDebit]'],
  ['timeline', `/observatory/traces/${TRACE}?view=timeline`, 'text=34 ms after its cause'],
  ['table', `/observatory/traces/${TRACE}?view=table&event=4`, 'role=cell[name="outside"]'],
  ['keys', '/observatory/keys?prefix=acc', 'role=link[name="acc-1"]'],
  ['key', '/observatory/keys/acc-1', 'text=but the newest value was 0'],
  ['key-step', '/observatory/keys/acc-1?step=1', 'role=cell[name="42000"]'],
  ['services', '/observatory/services', '[data-service=loyalty]'],
  ['parked', '/observatory/parked', 'role=button[name="Retry loyalty:3"]'],
  ['time', '/observatory/time?service=accounts&path=/account/1&at=4&than=2', 'role=cell[name="42000"]'],
  [
    'time-beginning',
    '/observatory/time?service=accounts&path=/account/1&at=3&than=0',
    'text=nothing had happened yet',
  ],
  ['totals', '/observatory/totals', 'text=What was taken was given'],
  ['populate', '/observatory/populate', '[data-populate=running]'],
];

const EMPTY_PAGES: [string, string, string][] = [
  ['live-empty', '/observatory', 'text=Nothing has happened yet'],
  ['keys-empty', '/observatory/keys', 'text=There is no key yet'],
  ['services-empty', '/observatory/services', 'text=No instance of any service is connected'],
  ['parked-empty', '/observatory/parked', '[data-parked=none]'],
  ['totals-empty', '/observatory/totals', 'text=the log is empty >> nth=0'],
];

describeBank('the observatory', (bank) => {
  const operatorComes = (path: string, options?: BrowserContextOptions) => {
    bank.gateway.mode = { ...bank.gateway.mode, demonstration: true };
    bank.gateway.bank.user('olga', { operator: true });
    return bank.signsIn('olga', path, options);
  };

  const showsAll = async (visitor: Visitor, look: string, pages: typeof PAGES) => {
    for (const [name, path, there] of pages) {
      await visitor.page.goto(path);
      await visitor.page.locator(there).first().waitFor();
      expect(await visitor.page.title()).toMatch(/.+ · Autokrator$/);
      await expectAccessible(visitor.page);
      await expectNoSidewaysScroll(visitor.page);
      await picture(visitor.page, `observatory-${name}-${look}`);
    }
  };

  it.each(LOOKS)(
    'is for everybody to read: %s',
    async (look, options) => {
      bank.gateway.fault = operatorAnswers();
      await showsAll(await operatorComes('/observatory', options), look, PAGES);
    },
    ALL_PAGES_MS,
  );

  it('shows a trace as a graph where there is room, and as a timeline where a graph could not be read', async () => {
    bank.gateway.fault = operatorAnswers();
    const path = `/observatory/traces/${TRACE}`;
    const wide = await operatorComes(path);
    await wide.page.locator('[data-type=ConfirmedDebit]').waitFor();
    const phone = await operatorComes(path, { viewport: { width: 360, height: 720 } });
    await phone.page.getByText('34 ms after its cause').first().waitFor();
  });

  it('says why a page is empty', async () => {
    bank.gateway.fault = operatorAnswers({ empty: true });
    await showsAll(await operatorComes('/observatory'), 'light', EMPTY_PAGES);
  });

  it('says what could not be read, and reads it again', async () => {
    const answers = operatorAnswers();
    bank.gateway.fault = (...asked) =>
      asked[1] === '/api/operator/services' ? problem(404, 'not_found', 'Gone for now.') : answers(...asked);
    const { page } = await operatorComes('/observatory/services');
    await page.getByText('Gone for now.').first().waitFor();
    await expectAccessible(page);
    bank.gateway.fault = operatorAnswers();
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.locator('[data-service=loyalty]').waitFor();
  });

  it('is not for those who are no operators', async () => {
    bank.gateway.bank.user('ada');
    const { page } = await bank.signsIn('ada', '/observatory/services');
    await page.getByText('This is for operators.').waitFor();
    expect(bank.gateway.asked.filter((path) => path.includes('/api/operator'))).toEqual([]);
  });

  it('filters by what the address says, and puts what is chosen there', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory?types=ConfirmedDebit');
    await page.locator('[data-position="4"]').waitFor();
    expect(await page.locator('[data-position]').count()).toBe(1);
    await page.getByLabel('Types').fill('');
    await page.getByLabel('Key (acc-*)').fill('trans-*');
    await page.locator('[data-position="3"]').waitFor();
    expect(await page.locator('[data-position]').count()).toBe(2);
    expect(page.url()).toMatch(/key=trans-\*$/);
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByLabel('Name of the view').fill('transfers');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.goto('/observatory');
    await page.locator('[data-position="6"]').waitFor();
    await page.getByLabel('View').selectOption('transfers');
    await expect.poll(() => page.locator('[data-position]').count()).toBe(2);
  });

  it('exports what is shown, one event a line, masked ones without their data', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory?sender=users');
    await page.locator('[data-position="6"]').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export NDJSON' }).click();
    const lines = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { position: '6', data: null, masked: true },
    ]);
  });

  it('E37 takes 500 events a second: the counter is exact, no task is long, a pause counts what waits', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory');
    await page.locator('[data-position="6"]').waitFor();
    const tasks = await watchTasks(page);
    await flood(bank, 7, 1000);
    const received = page.locator('[data-figure=received]');
    await expect.poll(() => received.textContent()).toBe('1,000');
    expect(Math.max(...(await tasks()))).toBeLessThan(LONG_TASK_MS);
    await page.locator('[data-position="1006"]').waitFor();

    await page.getByRole('button', { name: 'Pause' }).click();
    await flood(bank, 1007, 100);
    await page.getByText('Paused · 100 waiting').waitFor();
    expect(await page.locator('[data-position="1106"]').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('[data-position="1106"]').waitFor();
  });

  it('shows a trace that grows, with an arrow from each cause', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes(`/observatory/traces/${TRACE}`);
    await page.locator('[data-type=ConfirmedDebit]').waitFor();
    expect(await page.locator('.react-flow__edge').count()).toBe(4);
    const earned = { event_type: 'PointsEarned', sender: 'loyalty', key: 'points-1', value: 0, data: {} };
    bank.gateway.live.tell('events', 7, [eventAt(7, { ...earned, causation: 'log-3', at: 60 })]);
    await page.locator('[data-type=PointsEarned]').waitFor();
    await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(5);
  });

  it('opens a step of a key: the state after it, and what it has changed', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory/keys/acc-1');
    await page.getByRole('cell', { name: '£420.00' }).waitFor();
    await page.getByRole('button', { name: 'State after value 1' }).press('Enter');
    const step = page.locator('[data-state-after="4"]');
    await step.getByRole('row', { name: 'balance 50000 42000' }).waitFor();
    expect(page.url()).toMatch(/\?step=1$/);
    await page.getByRole('button', { name: 'State after value 0' }).click();
    await page.locator('[data-state-after="1"]').getByRole('row', { name: 'id not there 1' }).waitFor();
    expect(await step.count()).toBe(0);
  });

  it('begins with the newest events, and reads back as somebody scrolls', async () => {
    const answers = operatorAnswers();
    const said = { event_type: 'ConfirmedCredit', sender: 'accounts', key: 'acc-1', data: {} };
    bank.gateway.fault = (...asked) => {
      const [, path, query] = asked;
      if (path !== '/api/operator/events') return answers(...asked);
      const before = Number(query.get('before') ?? 1201);
      const count = Math.min(Number(query.get('limit')), before - 1);
      const events = Array.from({ length: count }, (_, index) =>
        eventAt(before - 1 - index, { ...said, value: before - 2 - index }),
      );
      return { status: 200, body: { events } };
    };
    const { page } = await operatorComes('/observatory');
    await page.locator('[data-position="1200"]').waitFor();
    const first = page.locator('[data-position="1"]');
    await expect
      .poll(async () => {
        await page.keyboard.press('End');
        return first.count();
      })
      .toBe(1);
    await page.getByText('That is the beginning of the log.').waitFor();
  });

  it('shows what is there again as soon as it is, without a press', async () => {
    const answers = operatorAnswers();
    let away = true;
    bank.gateway.fault = (...asked) =>
      away && asked[1] === '/api/operator/keys/acc-1'
        ? problem(503, 'service_unavailable', 'The bus is away.')
        : answers(...asked);
    const visitor = await operatorComes('/observatory');
    visitor.expectOutages();
    await visitor.page.goto('/observatory/keys/acc-1');
    await visitor.page.getByText('The bus is away.').first().waitFor();
    away = false;
    await visitor.page.getByRole('cell', { name: '£420.00' }).waitFor();

    bank.gateway.fault = (_, path) =>
      path === '/api/mode' ? problem(503, 'service_unavailable', 'The gateway is starting.') : undefined;
    await visitor.page.reload();
    await visitor.page.getByText('The gateway is starting.').waitFor();
    bank.gateway.fault = answers;
    await visitor.page.getByRole('cell', { name: '£420.00' }).waitFor();
  });

  it('keeps a place for the keyboard when what was pressed goes away', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory/services');
    const focused = (name: string) =>
      expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(name);
    await page.getByRole('button', { name: 'Kill localhost:5003' }).press('Enter');
    await focused('No');
    await page.keyboard.press('Enter');
    await focused('Kill');
    await page.goto('/observatory/parked');
    await page.getByRole('button', { name: 'Skip loyalty:3' }).press('Enter');
    await page.getByLabel('Reason').waitFor();
    await page.keyboard.press('Escape');
    await focused('Skip …');
    bank.gateway.live.tell('parked', 1, { parked: [], total: 0 });
    await page.locator('[data-parked=none]').waitFor();
    await focused('Parked events');
  });

  it('shows parked events beyond the first page, and reads them anew when somebody has decided', async () => {
    const answers = operatorAnswers();
    const parked = Array.from({ length: 5 }, (_, index) => ({ ...PARKED, id: `loyalty:${index + 1}` }));
    const pageAfter = (after: number) => ({
      parked: parked.slice(after, after + 2),
      total: parked.length,
      ...(after + 2 < parked.length && { next: String(after + 2) }),
    });
    bank.gateway.fault = (...asked) =>
      asked[1] === '/api/operator/parked'
        ? { status: 200, body: pageAfter(Number(asked[2].get('after') ?? 0)) }
        : answers(...asked);
    const { page } = await operatorComes('/observatory/parked');
    const retries = page.getByRole('button', { name: /^Retry loyalty:/ });
    await page.getByText('2 of 5 parked').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('4 of 5 parked').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => retries.count()).toBe(5);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    parked.splice(3, 1);
    bank.gateway.live.tell('parked', 1, pageAfter(0));
    await expect.poll(() => retries.count()).toBe(4);
    expect(await page.getByRole('button', { name: 'Retry loyalty:4' }).count()).toBe(0);
  });

  it('says how far the bus is in counting its log, and counts on from there by push', async () => {
    const answers = operatorAnswers();
    let counted = 4000;
    bank.gateway.fault = (...asked) => {
      const answer = answers(...asked);
      if (asked[1] !== '/api/operator/totals/hours' || typeof answer !== 'object') return answer;
      return { ...answer, body: { ...(answer.body as object), counted: String(counted), head: '20000' } };
    };
    const { page } = await operatorComes('/observatory/totals');
    await page.getByText('4,000 of 20,000 events').waitFor();
    counted = 20_000;
    await page.getByText('4,000 of 20,000 events').waitFor({ state: 'detached' });
    const said = { event_type: 'PointsEarned', sender: 'loyalty', key: 'points-1', value: 0, data: {} };
    bank.gateway.live.tell('events', 20_001, [eventAt(20_001, said)]);
    await page.locator('[data-count=PointsEarned]').waitFor();
  });

  it('follows a filling of the bank by push, to its end', async () => {
    bank.gateway.fault = operatorAnswers();
    const { page } = await operatorComes('/observatory/populate');
    await page.getByText('40 of 100').waitFor();
    await page.getByText('3.0 s').waitFor();
    bank.gateway.live.tell('populate', 1, { state: 'done', done: 100, total: 100, rate: 25 });
    await page.locator('[data-populate=done]').getByText('4.0 s').waitFor();
    expect(bank.gateway.asked.filter((path) => path === 'GET /api/operator/populate')).toHaveLength(1);
  });

  it('retries and skips what is parked, and wants a reason for a skip', async () => {
    const decided = keepsCommands(bank);
    const { page } = await operatorComes('/observatory/parked');
    await page.getByRole('button', { name: 'Retry loyalty:3' }).click();
    await page.getByText('loyalty:3 is tried again.').waitFor();
    await page.getByRole('button', { name: 'Skip loyalty:3' }).click();
    await page.getByRole('button', { name: 'Skip it' }).click();
    await page.getByText('Say why').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Reason').fill('broken for good');
    await page.getByRole('button', { name: 'Skip it' }).click();
    await page.getByText('loyalty:3 was skipped.').waitFor();
    expect(decided).toEqual([
      '/api/operator/parked/loyalty%3A3/retry',
      '/api/operator/parked/loyalty%3A3/skip',
    ]);
    bank.gateway.live.tell('parked', 1, { parked: [], total: 0 });
    await page.locator('[data-parked=none]').waitFor();
  });

  it('shows what was skipped, also when as many events are parked as there have been before', async () => {
    const answers = operatorAnswers();
    const skips: object[] = [];
    bank.gateway.fault = (...asked) =>
      asked[1] === '/api/operator/skips' ? { status: 200, body: { skips } } : answers(...asked);
    const { page } = await operatorComes('/observatory/parked');
    await page.getByText('Nobody has ever skipped').waitFor();
    const another = { ...PARKED, id: 'loyalty:5' };
    bank.gateway.live.tell('parked', 1, { parked: [PARKED, another], total: 2 });
    await page.getByRole('button', { name: 'Skip loyalty:5' }).waitFor();
    skips.push({ id: 'loyalty:5', reason: 'Not for us', time: '2026-11-21T12:00:00.000Z' });
    bank.gateway.live.tell('parked', 2, { parked: [PARKED], total: 1 });
    await page.getByRole('cell', { name: 'Not for us' }).waitFor();
  });

  it('shows what was skipped while one was elsewhere, or while it was being read', async () => {
    const answers = operatorAnswers();
    const skips: object[] = [];
    let reads = 0;
    bank.gateway.fault = (...asked) => {
      if (asked[1] !== '/api/operator/skips') return answers(...asked);
      reads += 1;
      return reads === 2 ? 'silence' : { status: 200, body: { skips: [...skips] } };
    };
    const { page } = await operatorComes('/observatory/parked');
    await page.getByText('Nobody has ever skipped').waitFor();
    await page.getByRole('link', { name: 'Services', exact: true }).click();
    await page.locator('[data-service=loyalty]').waitFor();
    skips.push({ id: 'loyalty:5', reason: 'Not for us', time: '2026-11-21T12:00:00.000Z' });
    await page.getByRole('link', { name: /^Parked/ }).click();
    await expect.poll(() => reads).toBe(2);
    bank.gateway.live.tell('parked', 1, { parked: [PARKED], total: 1 });
    await page.getByRole('cell', { name: 'Not for us' }).waitFor();
  });

  it('counts anew what was refused when something has happened, and when one comes back', async () => {
    const answers = operatorAnswers();
    let refused = 2;
    bank.gateway.fault = (...asked) =>
      asked[1] === '/api/operator/totals'
        ? { status: 200, body: { head: '6', judged: { accepted: 6, refused }, totals: [] } }
        : answers(...asked);
    const { page } = await operatorComes('/observatory/totals');
    await page.getByText('25.0 %').waitFor();
    refused = 6;
    const said = { event_type: 'PointsEarned', sender: 'loyalty', key: 'points-1', value: 0, data: {} };
    bank.gateway.live.tell('events', 7, [eventAt(7, said)]);
    await page.getByText('50.0 %').waitFor();
    await page.getByRole('link', { name: 'Services', exact: true }).click();
    await page.locator('[data-service=loyalty]').waitFor();
    refused = 18;
    await page.getByRole('link', { name: 'Totals', exact: true }).click();
    await page.getByText('75.0 %').waitFor();
  });

  it('kills an instance only when it is asked twice', async () => {
    const told = keepsCommands(bank);
    const { page } = await operatorComes('/observatory/services');
    await page.getByRole('button', { name: 'Kill localhost:5003' }).click();
    expect(told).toEqual([]);
    await page.getByRole('button', { name: 'Yes, kill localhost:5003' }).click();
    await page.getByText('localhost:5003 was killed.').waitFor();
    expect(told).toEqual(['/api/operator/instances/4194305/kill']);
  });
});

/** A second or two for each page, on a machine that does other things too. */
const ALL_PAGES_MS = 120_000;

/** Answers as a small system does; what operators have ordered, in order. */
function keepsCommands({ gateway }: BankCheck): string[] {
  const ordered: string[] = [];
  const answers = operatorAnswers();
  gateway.fault = (...asked) => {
    const [method, path] = asked;
    if (method === 'POST' && path.startsWith('/api/operator')) ordered.push(path);
    return answers(...asked);
  };
  return ordered;
}

/** What a browser calls a long task. */
const LONG_TASK_MS = 50;

/**
 * The tasks of the page's main thread from now until the answer is called, each in milliseconds of processor time: how long they took by
 * the clock says more about what else this machine was doing.
 */
async function watchTasks(page: Page): Promise<() => Promise<number[]>> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  return async () => {
    const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: Traced[] };
    const mains = traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`);
    return traceEvents
      .filter(({ tdur, pid, tid }) => tdur !== undefined && mains.includes(`${pid} ${tid}`))
      .map(({ tdur }) => tdur! / 1000);
  };
}

interface Traced {
  name: string;
  pid: number;
  tid: number;
  /** microseconds of the thread's processor time */
  tdur?: number;
  args?: { name?: string };
}

/** Events from this position on, 500 in a second, 25 to a frame as the gateway coalesces them. */
async function flood({ gateway }: BankCheck, first: number, count: number): Promise<void> {
  const FRAME = 25;
  for (let sent = 0; sent < count; sent += FRAME) {
    const events = Array.from({ length: FRAME }, (_, index) => {
      const position = first + sent + index;
      const said = {
        event_type: 'ConfirmedCredit',
        sender: 'accounts',
        key: `acc-${position % 50}`,
        data: {},
      };
      return eventAt(position, { ...said, value: position });
    });
    gateway.live.tell('events', first + sent + FRAME - 1, events);
    await new Promise((next) => setTimeout(next, 1000 / (500 / FRAME)));
  }
}
