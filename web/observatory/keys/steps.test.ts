import { describe, expect, it } from 'vitest';
import { event, instance, service } from '../testing/things.js';
import { balancesOf } from './balances.js';
import { ownersOf } from './owners.js';

const withRoutes = (...routes: [method: string, pattern: string][]) =>
  instance({ routes: routes.map(([method, pattern]) => ({ method, pattern })) });

describe('the services that show what a key is about', () => {
  const services = [
    service({
      client_type: 'accounts',
      instances: [
        withRoutes(['POST', '/account/{id}'], ['GET', '/account/{id}/statement'], ['GET', '/account/{id}']),
        withRoutes(['GET', '/account/{id}']),
      ],
    }),
    service({
      client_type: 'transactions',
      instances: [withRoutes(['POST', '/createTransaction'], ['GET', '/transaction/{id}'])],
    }),
    service({
      client_type: 'users',
      instances: [withRoutes(['GET', '/user/{username}'], ['GET', '/user/{username}/{request_id}'])],
    }),
    service({ client_type: 'loyalty', instances: [] }),
  ];

  it.each([
    ['acc-7', [{ service: 'accounts', path: '/account/7' }]],
    ['trans-3', [{ service: 'transactions', path: '/transaction/3' }]],
    ['user-ada b-c', [{ service: 'users', path: '/user/ada%20b-c' }]],
    ['creation-9', []],
    ['points-1', []],
    ['acc', []],
    ['-7', []],
  ])('of %s are %j', (key, owners) => {
    expect(ownersOf(key, services)).toEqual(owners);
  });
});

describe('the balance after each step', () => {
  const step = (position: number, event_type: string, data: { amount?: number }) =>
    event(position, { key: 'acc-7', value: position - 1, event_type, data });
  const steps = [
    step(1, 'AccountCreated', {}),
    step(2, 'ConfirmedCredit', { amount: 500 }),
    step(3, 'ConfirmedDebit', { amount: 120 }),
    step(4, 'ConfirmedDebit', {}),
    step(5, 'ConfirmedCredit', { amount: 1 }),
  ];

  it('adds up, and is not guessed from an event on that says no amount', () => {
    expect([...balancesOf('acc-7', steps)!]).toEqual([
      ['1', 0],
      ['2', 500],
      ['3', 380],
    ]);
  });

  it('is not known of other keys, nor without the beginning', () => {
    expect(balancesOf('trans-7', steps)).toBeUndefined();
    expect(balancesOf('acc-7', steps.slice(1))).toBeUndefined();
    expect(balancesOf('acc-7', [])).toBeUndefined();
  });
});
