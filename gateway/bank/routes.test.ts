import { afterEach, expect, it } from 'vitest';
import { Rig } from '../testing/rig.js';

let rig: Rig;
afterEach(() => rig.stop());

it('the first picture holds every entry of an account, however many answers of the service that takes', async () => {
  rig = await Rig.start({ auth: false, settings: { answerBytesMax: 100_000 } });
  rig.bank.user('ada', [1]);
  while (rig.bank.statements.get(1)!.length < 2_500) rig.bank.book(1, 1, 'one more');
  const { status, body } = await rig.ask('GET', '/init?user_name=ada');
  expect(status).toBe(200);
  expect(body).toEqual({
    user_name: 'ada',
    accounts: [{ details: { id: 1, balance: 3_499 }, statement: rig.bank.statements.get(1) }],
  });
});
