import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../common/log.js';
import { takeExactJson } from './exact-json.js';
import { answerFailures } from './failures.js';

let app: FastifyInstance;
beforeEach(() => {
  app = fastify();
  takeExactJson(app);
  answerFailures(app, { log: silentLogger, newId: () => 'id' });
  // In an array: a body of text would be told as it is.
  app.post('/', async ({ body }) => [body]);
});
afterEach(() => app.close());

async function posted(payload: string) {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload });
  return { status: answer.statusCode, body: answer.json() };
}

it.each(['{"amount":9007199254740991}', '{"amount":5.00}', '[-9007199254740991,0.5]', '"£ “1e400”"', 'null'])(
  'takes %s as it is',
  async (text) => {
    expect(await posted(text)).toEqual({ status: 200, body: [JSON.parse(text)] });
  },
);

it.each([
  ['{"amount":4.99999999999999999999}', 'amount'],
  ['{"amount":9007199254740991.4}', 'amount'],
  ['{"amount":9007199254740992}', 'amount'],
  ['{"amount":1e400}', 'amount'],
  ['{"order":{"amounts":[1,1e16]}}', 'order.amounts[1]'],
  ['[1e16]', 'body[0]'],
])('refuses %s, whose number would be rounded, and names %s', async (text, field) => {
  expect(await posted(text)).toMatchObject({ status: 400, body: { code: 'number_out_of_range', field } });
});

it.each([
  ['nothing', ''],
  ['half of an object', '{"amount":1'],
  ['a prototype', '{"amount":1,"__proto__":{"admin":true}}'],
  ['the prototype of its constructor', '{"constructor":{"prototype":{"admin":true}}}'],
  ['a text that is no Unicode', '{"note":"\\ud800"}'],
  ['what is nested too deep', `${'['.repeat(65)}${']'.repeat(65)}`],
])('refuses %s', async (_, text) => {
  expect(await posted(text)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
});
