import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
  rig.bank.user('ada', [1]);
});
afterAll(() => rig.stop());

const me = (token: string) => rig.ask('GET', '/api/me', { headers: { authorization: `Bearer ${token}` } });
const REFUSED = { status: 401, body: { code: 'unauthorized' } };

describe('a token', () => {
  it('says who calls, in either header', async () => {
    const token = await rig.bank.token('access', 'ada');
    expect(await me(token)).toMatchObject({ status: 200, body: { username: 'ada', operator: false } });
    expect(await rig.ask('GET', '/api/me', { headers: { access: token } })).toMatchObject({ status: 200 });
  });

  it('that was good is refused once it has run out', async () => {
    const token = await rig.bank.token('access', 'ada', { expires: rig.clock.ms / 1000 + 10 });
    expect(await me(token)).toMatchObject({ status: 200 });
    rig.clock.ms += 11_000;
    expect(await me(token)).toMatchObject(REFUSED);
  });

  it.each([
    ['that has run out', () => rig.bank.token('access', 'ada', { expires: 1_600_000_000 })],
    ['for refreshing', () => rig.bank.token('refresh', 'ada')],
    ['that was altered', async () => altered(await rig.bank.token('access', 'ada'))],
    [
      'of another key',
      async () =>
        rig.bank.token('access', 'ada', {
          key: (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey,
        }),
    ],
    [
      'without a signature',
      async () =>
        new UnsecuredJWT({ sub: 'ada' })
          .setIssuer('autokrator')
          .setAudience('access')
          .setExpirationTime('1h')
          .encode(),
    ],
    [
      'signed with the public key as a password',
      async () =>
        new SignJWT({})
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .setIssuer('autokrator')
          .setAudience('access')
          .setSubject('ada')
          .setExpirationTime(4_000_000_000)
          .sign(
            new TextEncoder().encode(
              await (await fetch(`${rig.of('users')[0]!.url}/.well-known/jwks.json`)).text(),
            ),
          ),
    ],
    ['that is none', async () => 'nonsense'],
  ])('%s is refused', async (_, make) => {
    expect(await me(await make())).toMatchObject(REFUSED);
  });

  it('that is missing is refused, and every route of the pages wants one', async () => {
    for (const path of [
      '/api/me',
      '/api/accounts',
      '/api/accounts/1',
      '/api/accounts/1/statement',
      '/api/recipients/1',
      '/api/transfers/1',
      '/api/operator/totals',
      '/services/users/user/ada',
      '/init?user_name=ada',
    ])
      expect(await rig.ask('GET', path), path).toMatchObject(REFUSED);
    const body = {
      amount: 1,
      toAccount: 1,
      fromAccount: 1,
      from_account_id: 1,
      to_account_id: 2,
      from: 1,
      to: 2,
    };
    for (const path of [
      '/api/accounts',
      '/api/accounts/1/deposit',
      '/api/accounts/1/withdrawal',
      '/api/transfers',
      '/transaction/send',
      '/transaction/deposit',
      '/transaction/withdrawal',
    ])
      expect(await rig.ask('POST', path, { body }), path).toMatchObject(REFUSED);
  });
});

/** The same token with another user in it. */
function altered(token: string): string {
  const [head, claims, signature] = token.split('.');
  const text = Buffer.from(claims!, 'base64url').toString().replace('"ada"', '"bob"');
  return [head, Buffer.from(text).toString('base64url'), signature].join('.');
}
