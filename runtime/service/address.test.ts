import { expect, test } from 'vitest';
import { addressText, reachableAddress } from './address.js';

test('an IPv6 host is written in brackets', () => {
  expect(addressText({ host: '::1', port: 80 })).toBe('[::1]:80');
  expect(addressText({ host: 'localhost', port: 80 })).toBe('localhost:80');
});

test('a service that listens on one address is found there', () => {
  expect(reachableAddress({ host: 'localhost', port: 80 })).toEqual({ host: 'localhost', port: 80 });
});

test.each(['0.0.0.0', '::'])(
  'a service that listens on %s is found at an address of this machine',
  (host) => {
    const { host: found, port } = reachableAddress({ host, port: 80 });
    expect(found).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect([found === '0.0.0.0', port]).toEqual([false, 80]);
  },
);
