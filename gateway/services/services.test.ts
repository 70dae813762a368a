import { afterEach, describe, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';
import type { StandInInstance } from '../testing/stand-in-bank.js';

let rig: Rig;
afterEach(() => rig.stop());

const TWO = ['users', 'users', 'accounts', 'accounts', 'transactions'];
const deposits = () => rig.bank.heard.filter(({ url }) => url.endsWith('/deposit'));
/** Who leaves rotation stays out of it for as long as the test takes. */
const NO_RETURN = { recoveryCheckMs: 60_000, healthCheckMs: 60_000 };
const key = { 'idempotency-key': 'k-1' };

async function started(types = TWO): Promise<void> {
  rig = await Rig.start({}, types);
  rig.bank.user('ada', [1, 2]);
}

/** Which of both is asked first is not ours to say: both are broken, until one was hit. */
function breakOne(how: 'cut' | 'never'): void {
  const both = rig.of('accounts');
  for (const instance of both)
    instance.instead = ({ url }) => {
      if (url === '/health_check') return undefined;
      for (const each of both) each.instead = undefined;
      return how;
    };
}

/** Instances of a client type in rotation. */
async function inRotation(clientType: string): Promise<number> {
  const text = await (await fetch(`${rig.gateway.url}/metrics`)).text();
  const [, count] =
    new RegExp(`gateway_instances\\{service="${clientType}",healthy="true"\\} (\\d+)`).exec(text) ?? [];
  return Number(count ?? 0);
}

/** What the accounts service's instances answer in the order in which they are asked, whichever is first. */
function accountsAnswer(...answers: ReturnType<NonNullable<StandInInstance['instead']>>[]): void {
  for (const instance of rig.of('accounts'))
    instance.instead = ({ url }) => (url === '/health_check' ? undefined : answers.shift());
}

const OVERLOADED = [503, { error: 'overloaded', message: 'busy' }] as const;
const NOT_READ = [408, { error: 'Request Timeout', message: 'Client Timeout' }] as const;

describe('requests to services', () => {
  it('are spread over the instances', async () => {
    await started();
    for (let n = 0; n < 8; n++) await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    const asked = new Set(
      rig.bank.heard.filter(({ url }) => url.startsWith('/account')).map(({ instance }) => instance),
    );
    expect(asked.size).toBe(2);
  });

  it('are tried at another instance when a read is cut off', async () => {
    await started();
    await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    breakOne('cut');
    expect(await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).toMatchObject({ status: 200 });
  });

  it('are tried at another instance when one does not answer in time', async () => {
    rig = await Rig.start({ settings: { readTimeoutMs: 50 } }, TWO);
    rig.bank.user('ada', [1]);
    breakOne('never');
    expect(await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).toMatchObject({ status: 200 });
  });

  it('are not repeated when a command without a key may have been carried out', async () => {
    await started();
    breakOne('cut');
    expect(
      await rig.ask('POST', '/api/accounts/1/deposit', { as: 'ada', body: { amount: 5 } }),
    ).toMatchObject({
      status: 503,
      body: { code: 'unknown_outcome' },
    });
    expect(deposits()).toHaveLength(1);
  });

  it('are repeated under their Idempotency-Key, which makes it safe', async () => {
    await started();
    breakOne('cut');
    const options = { as: 'ada', body: { amount: 5 }, headers: key };
    expect(await rig.ask('POST', '/api/accounts/1/deposit', options)).toMatchObject({ status: 201 });
    expect(new Set(deposits().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(deposits()).toHaveLength(2);
    expect(rig.bank.statements.get(1)).toHaveLength(2);
  });

  it('are one command under one key, with one correlation, and another user’s key is another', async () => {
    await started();
    rig.bank.user('bob', [3]);
    const send = (as: string, id: number) =>
      rig.ask('POST', `/api/accounts/${id}/deposit`, { as, body: { amount: 5 }, headers: key });
    const [first, second, other] = [await send('ada', 1), await send('ada', 1), await send('bob', 3)];
    expect(second.body).toEqual(first.body);
    expect(other.body.correlation).not.toBe(first.body.correlation);
    expect([1, 3].map((id) => rig.bank.statements.get(id)!.length)).toEqual([2, 2]);
  });

  it('are 503 with Retry-After when no instance is there, and go on when one has come back', async () => {
    await started(['users', 'accounts', 'transactions']);
    await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    const [only] = rig.of('accounts');
    await only!.kill();
    const refused = await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'service_unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    await rig.bank.instance('accounts', Number(new URL(only!.url).port));
    await expect.poll(async () => (await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).status).toBe(200);
  });

  it('leave out an instance that is rebuilding its state', async () => {
    await started();
    const [one] = rig.of('accounts');
    one!.instead = () => [503, { error: 'rebuilding', message: 'wait' }];
    for (let n = 0; n < 6; n++)
      expect(await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).toMatchObject({ status: 200 });
  });

  it('go to another instance when one was stopped for so long that it gave up reading the request', async () => {
    await started();
    const [one] = rig.of('accounts');
    one!.instead = () => [408, { error: 'Request Timeout', message: 'Client Timeout' }];
    for (let n = 0; n < 6; n++)
      expect(await rig.ask('GET', '/api/accounts/1', { as: 'ada' })).toMatchObject({ status: 200 });
  });

  it('are 503, never 408, when every instance gave up reading them: the caller was not slow', async () => {
    await started();
    for (const instance of rig.of('accounts'))
      instance.instead = ({ url }) => (url === '/health_check' ? undefined : NOT_READ);
    const order = { as: 'ada', body: { amount: 5 } };
    for (const answer of [
      await rig.ask('GET', '/api/accounts/1', { as: 'ada' }),
      await rig.ask('POST', '/api/accounts/1/deposit', order),
      await rig.ask('POST', '/api/accounts/1/deposit', { ...order, headers: key }),
    ])
      expect(answer).toMatchObject({ status: 503, body: { code: 'service_unavailable' } });
  });

  it.each([
    ['refuses it for now and the other is cut off', [OVERLOADED, 'cut']],
    ['is cut off and the other refuses it for now', ['cut', OVERLOADED]],
  ] as const)('have an unknown outcome when one instance %s, also under a key', async (_, answers) => {
    await started();
    accountsAnswer(...answers);
    const options = { as: 'ada', body: { amount: 5 }, headers: key };
    expect(await rig.ask('POST', '/api/accounts/1/deposit', options)).toMatchObject({
      status: 503,
      body: { code: 'unknown_outcome' },
    });
    expect(deposits()).toHaveLength(2);
  });

  it('are known not to be carried out when every instance refuses the connection', async () => {
    await started();
    await rig.ask('GET', '/api/accounts/1', { as: 'ada' });
    expect(await inRotation('accounts')).toBe(2);
    for (const instance of rig.of('accounts')) await instance.kill();
    const options = { as: 'ada', body: { amount: 5 }, headers: key };
    expect(await rig.ask('POST', '/api/accounts/1/deposit', options)).toMatchObject({
      status: 503,
      body: { code: 'service_unavailable' },
    });
  });

  it('take no instance out of rotation with a name that is none', async () => {
    rig = await Rig.start({ auth: false, settings: NO_RETURN }, TWO);
    for (const name of ['€', 'a\nb'])
      expect(await rig.ask('GET', `/init?user_name=${encodeURIComponent(name)}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    expect(await inRotation('users')).toBe(2);
  });

  it('take no instance out of rotation with an answer that is too long', async () => {
    rig = await Rig.start({ auth: false, settings: { ...NO_RETURN, answerBytesMax: 1_000 } }, TWO);
    rig.bank.user('ada', [1]);
    for (let n = 0; n < 20; n++) rig.bank.book(1, 1, 'one more');
    expect(await rig.ask('GET', '/init?user_name=ada')).toMatchObject({
      status: 500,
      body: { code: 'internal' },
    });
    expect(await inRotation('accounts')).toBe(2);
  });

  it('pass a service’s refusal on with its status, its reason, and the names the caller knows', async () => {
    await started();
    const withdraw = { as: 'ada', body: { amount: 1001 } };
    expect(await rig.ask('POST', '/api/accounts/1/withdrawal', withdraw)).toMatchObject({
      status: 400,
      body: { error: 'not enough funds', field: 'amount' },
    });
    const order = { as: 'ada', body: { from: 1, to: 1, amount: 1 } };
    expect(await rig.ask('POST', '/api/transfers', order)).toMatchObject({
      status: 400,
      body: { error: 'to must be another account than from', field: 'to' },
    });
  });

  it('carry the caller and a correlation, and none of the headers that somebody outside made up', async () => {
    await started();
    await rig.ask('POST', '/api/accounts/1/deposit', {
      as: 'ada',
      body: { amount: 1 },
      headers: { 'x-caller': 'eve', 'x-user': 'eve', 'x-correlation-id': 'eve', cookie: 'eve=1' },
    });
    const [{ headers } = { headers: {} }] = deposits();
    expect(headers).toMatchObject({
      'x-caller': 'ada',
      'x-correlation-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(headers)).not.toContain('eve');
  });
});
