import { answerTo, type Example, requestBytes, statusesIn } from '../raw-http.js';
import type { Target } from '../target.js';
import { BusUnderFire } from './bus-under-fire.js';

const PATHS = [
  '/health',
  '/ready',
  '/metrics',
  '/events',
  '/events?event_types=T&limit=5',
  '/events?since=2026-01-31T12:00:00Z&until=2027-01-31T12:00:00Z&after=0',
  '/events?key=witness&session_id=5&correlation=0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
  '/events/1',
  '/keys',
  '/keys?prefix=w&after=a&limit=3',
  '/keys/witness',
  '/correlations/0190f3c2-7b1a-7c33-9d7e-5f1200abcdef',
  '/totals',
  '/services',
  '/parked',
  '/skips',
  '/sessions',
  '/events/stream?after=0',
];
const EXAMPLES: readonly Example[] = [
  ...PATHS.map((path) => ({ method: 'GET', path })),
  { method: 'POST', path: '/parked/accounts.1/retry' },
  { method: 'POST', path: '/parked/accounts.1/skip', body: { reason: 'because' } },
];

/** The bus's HTTP side and its upgrades, as bytes on a socket. */
export const busHttp: Target = {
  name: 'bus-http',
  share: 50,
  input: (random) => requestBytes(random, EXAMPLES),
  async open() {
    const fire = await BusUnderFire.start();
    return {
      async try(request) {
        const answer = await answerTo(fire.port, request);
        if (statusesIn(answer).some((status) => status >= 500))
          throw new Error(`answered ${answer.slice(0, 500)}`);
      },
      check: () => fire.check(),
      close: () => fire.close(),
    };
  },
};
