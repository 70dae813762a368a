import { expect, test } from 'vitest';
import { modelSummary } from './model-summary.js';

const base = { clientType: 'accounts', script: 'accounts.lua', version: 'abc' };
const handler = async () => {};

test('lists events with their handlers and routes in the order of declaration', () => {
  const answer = async () => ({ status: 200, body: undefined });
  const summary = modelSummary({
    ...base,
    types: new Map([
      ['PendingTransaction', { decision: handler, projection: handler }],
      ['Paid', { projection: handler }],
    ]),
    routes: [
      { method: 'POST', pattern: '/b', handler: answer },
      { method: 'GET', pattern: '/a/{id}', handler: answer },
    ],
  });
  expect(summary.split('\n')).toEqual([
    'accounts.lua is the service accounts, version abc.',
    'Events:',
    '  PendingTransaction  projection, decision',
    '  Paid                projection',
    'Routes:',
    '  POST  /b',
    '  GET   /a/{id}',
  ]);
});

test('says so if there is nothing', () => {
  expect(modelSummary({ ...base, types: new Map(), routes: [] })).toMatch(/Events: none\nRoutes: none$/);
});
