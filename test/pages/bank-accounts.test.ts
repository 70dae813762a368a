import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isLive, numbers, signIn, sums, typeInTheMiddle } from './steps.js';
import { describeBank } from './with-bank.js';

describeBank('accounts and statements', (bank) => {
  it('E8: an account that was asked for appears without a reload, in a second tab too', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.opens = false;
    const { page, context } = await bank.signsIn('ada', '/accounts');
    const other = await context.newPage();
    await other.goto('/accounts');
    await isLive(other);
    await page.getByRole('button', { name: 'Open an account' }).dblclick();
    await page.getByText('Your account is being opened').waitFor();
    await page.reload();
    await page.getByText('Your account is being opened').waitFor();
    expect([...gateway.bank.commands.keys()]).toHaveLength(1);
    const { request_id: requestId } = [...gateway.bank.commands.values()][0]!.body as { request_id: string };
    await isLive(page);
    gateway.bank.open('ada', requestId);
    for (const tab of [page, other]) await tab.getByRole('heading', { name: 'Account 1' }).waitFor();
    await page.getByText('Account 1 is open.').waitFor();
  });

  it('E9: a deposit made elsewhere shows within a second, and the running balances add up', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    for (let n = 1; n <= 30; n += 1) gateway.bank.book(1, n % 3 === 0 ? -100 : 250, `Entry ${n}`);
    const { page } = await bank.signsIn('ada', '/accounts/1');
    await page.getByText('Entry 30').waitFor();
    gateway.bank.book(1, 4_200, 'From elsewhere');
    await page.getByText('From elsewhere').waitFor({ timeout: 1000 });
    const rows = await sums(page);
    expect(rows.length).toBeGreaterThan(10);
    for (const [index, row] of rows.slice(0, -1).entries())
      expect(row.balance).toBe(rows[index + 1]!.balance + row.amount);
    expect(rows[0]).toEqual({ amount: 4_200, balance: gateway.bank.balance(1) });
  });

  it('E10: ten thousand entries scroll to the first, with few of them drawn', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    for (let n = 1; n <= 10_000; n += 1) gateway.bank.book(1, n % 2 === 0 ? -100 : 150, `Entry ${n}`);
    const { page } = await bank.signsIn('ada', '/accounts/1');
    await page.locator('[data-seq="10000"]').waitFor();
    await expect
      .poll(
        async () => {
          await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
          return (await numbers(page)).at(-1);
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    expect((await numbers(page)).length).toBeLessThan(80);
    expect(gateway.asked.filter((line) => line.endsWith('/statement')).length).toBeLessThanOrEqual(12);
  });

  it('E11, E12: the network is cut, five entries are made, it is restored: exactly these five appear, in the order of the key', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    gateway.bank.book(1, 10_000, 'Before');
    const visitor = await bank.signsIn('ada', '/accounts/1');
    const { page } = visitor;
    await page.getByText('Before').waitFor();
    visitor.expectOutages();
    gateway.live.away = true;
    gateway.live.cut();
    await page.locator('[data-connection=reconnecting]').waitFor();
    await page.getByText('As of').first().waitFor();
    // The clock that stamps them is set back in between: the key's order counts, not the time.
    let now = Math.floor(Date.now() / 1000);
    gateway.bank.clock = () => now;
    for (const n of [1, 2, 3, 4, 5]) {
      now -= n * 20_000;
      gateway.bank.book(1, n, `Missed ${n}`);
    }
    const asked = gateway.asked.length;
    gateway.live.away = false;
    await isLive(page);
    await page.getByText('Missed 5').waitFor();
    expect(await numbers(page)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await page.getByText('As of', { exact: true }).count()).toBe(1);
    expect(gateway.asked.slice(asked).filter((line) => line.startsWith('GET'))).toEqual([]);
  });

  it('goes offline at once with the device, keeps what is there, and says why no money can be moved', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    const visitor = await bank.signsIn('ada', '/accounts/1/deposit');
    await visitor.page.getByLabel('Amount').waitFor();
    visitor.expectOutages();
    await visitor.context.setOffline(true);
    await visitor.page.locator('[data-connection=offline]').waitFor();
    await visitor.page.getByText('This device is offline.').waitFor();
    await visitor.page.getByLabel('Amount').fill('5');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('button', { name: 'Deposit' }).click({ force: true });
    await visitor.context.setOffline(false);
    await isLive(visitor.page);
    expect(gateway.bank.commands.size).toBe(0);
    expect(await visitor.page.getByLabel('Amount').inputValue()).toBe('5');
  });

  it('shows the statement as it was at the end of a day, and keeps the day in the address', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    gateway.bank.clock = () => Date.UTC(2026, 9, 1, 12) / 1000;
    gateway.bank.book(1, 1_000, 'October');
    gateway.bank.clock = () => Date.UTC(2026, 10, 1, 12) / 1000;
    gateway.bank.book(1, 2_000, 'November');
    const { page } = await bank.signsIn('ada', '/accounts/1');
    await page.getByText('November', { exact: true }).waitFor();
    await page.getByLabel('As of').fill('2026-10-15');
    await page.getByText('Balance as of').waitFor();
    await expect.poll(() => numbers(page)).toEqual([1]);
    expect(page.url()).toContain('as_of=2026-10-15');
    gateway.bank.book(1, 3_000, 'Later');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await page.getByText('Later', { exact: true }).waitFor();
  });

  it('takes a day that is typed digit by digit, keeps the address while it is none, and forgets half a day', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    gateway.bank.clock = () => Date.UTC(2026, 9, 1, 12) / 1000;
    gateway.bank.book(1, 1_000, 'October');
    const { page } = await bank.signsIn('ada', '/accounts/1');
    const day = page.getByLabel('As of');
    await day.focus();
    await page.keyboard.type('101020');
    expect(await day.inputValue()).toBe('0020-10-10');
    expect(page.url()).not.toContain('as_of');
    await page.getByLabel('Search').focus();
    await expect.poll(() => day.inputValue()).toBe('');
    await day.focus();
    await page.keyboard.type('10102026');
    await page.getByText('Balance as of').waitFor();
    expect(await day.inputValue()).toBe('2026-10-10');
    expect(page.url()).toContain('as_of=2026-10-10');
    await page.getByRole('button', { name: 'Back to now' }).click();
    await expect.poll(() => day.inputValue()).toBe('');
  });

  it('is typed into in the middle: the caret stays, and the address has what is typed', async () => {
    bank.gateway.bank.user('ada');
    bank.gateway.bank.open('ada');
    const { page } = await bank.signsIn('ada', '/accounts/1');
    await typeInTheMiddle(page, page.getByLabel('Search'));
    await expect.poll(() => page.url()).toContain('q=rent-1');
  });

  it('follows an account as of a day that is not over', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    gateway.bank.book(1, 1_000, 'So far');
    const { page } = await bank.signsIn('ada', '/accounts/1?as_of=2999-12-31');
    await page.getByText('So far').waitFor();
    gateway.bank.book(1, 2_000, 'And on it goes');
    await page.getByText('And on it goes').waitFor();
  });

  it('says of an account that was opened while one was elsewhere that it is there', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    gateway.bank.opens = false;
    let opened = false;
    gateway.fault = (_, path) =>
      path.startsWith('/api/accounts/requests/')
        ? { status: 200, body: opened ? { status: 'created', account_id: 2 } : { status: 'pending' } }
        : undefined;
    const { page } = await bank.signsIn('ada', '/accounts');
    await page.getByRole('button', { name: 'Open an account' }).click();
    await page.getByText('It appears here as soon as it is open.').waitFor();
    const asked = () => gateway.asked.filter((line) => line.startsWith('GET /api/accounts/requests/')).length;
    await expect.poll(asked).toBe(1);
    await page.getByRole('link', { name: 'Send', exact: true }).click();
    await page.getByLabel('To account').waitFor();
    gateway.bank.open('ada');
    opened = true;
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.getByText('Account 2 is open.').waitFor();
  });

  it('writes the days and the chart of a statement in the zone of its times', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    for (const time of ['2026-11-20T10:00:00Z', '2026-11-20T11:01:00Z', '2026-11-21T03:00:00Z']) {
      gateway.bank.clock = () => Date.parse(time) / 1000;
      gateway.bank.book(1, 1_000, time);
    }
    const { page } = await bank.comes('/sign-in', { timezoneId: 'Pacific/Auckland' });
    // The chart is a canvas: what it writes is read where it is written.
    await page.addInitScript(`window.written = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
        window.written.push(text);
        return fillText.call(this, text, ...place);
      };`);
    await page.goto('/accounts/1');
    await signIn(page, 'ada');
    const written = () => page.evaluate('window.written') as Promise<string[]>;
    const perDay = () =>
      page
        .locator('h3, [data-seq]')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-seq') ?? row.textContent));
    const [friday, saturday] = [
      expect.stringContaining('20 November 2026'),
      expect.stringContaining('21 November 2026'),
    ];
    await expect.poll(written).toContain('00:01');
    expect(await perDay()).toEqual([saturday, '3', '2', friday, '1']);
    await page.evaluate('window.written.length = 0');
    await page.getByRole('button', { name: 'Times: local time' }).click();
    await expect.poll(written).toContain('11:01');
    expect(await written()).not.toContain('00:01');
    expect((await written()).filter((text) => text.startsWith('£'))).not.toEqual([]);
    expect(await perDay()).toEqual([saturday, '3', friday, '2', '1']);
  });

  it('searches everything there is, and gives all of it as a file', async () => {
    const { gateway } = bank;
    gateway.bank.user('ada');
    gateway.bank.open('ada');
    for (let n = 1; n <= 2_500; n += 1) gateway.bank.book(1, 100, n === 3 ? 'A needle' : `Straw ${n}`);
    const { page } = await bank.signsIn('ada', '/accounts/1');
    await page.getByLabel('Search').fill('needle');
    await page.getByText('A needle').waitFor();
    await expect.poll(() => numbers(page)).toEqual([3]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('account-1.csv');
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(2_501);
    expect(lines.at(-1)).toMatch(/^2500,.*,Straw 2500,1\.00,2500\.00$/);
  });
});
