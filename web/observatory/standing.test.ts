import { describe, expect, it } from 'vitest';
import { standingsOf } from './standing.js';
import { event, parked, service } from './testing/things.js';

describe('how far an event has come', () => {
  const services = [
    service({ client_type: 'accounts', acknowledged: '6', owed: 1 }),
    service({ client_type: 'loyalty', acknowledged: '7', owed: 3 }),
    service({ client_type: 'audit', event_types: ['*'], acknowledged: '2', owed: 0 }),
    service({ client_type: 'users', event_types: ['UserCreated'] }),
  ];

  it('is told for each client type that gets its type', () => {
    expect(standingsOf(event(7), services, [])).toEqual([
      { client_type: 'accounts', standing: 'open' },
      { client_type: 'loyalty', standing: 'handled' },
      { client_type: 'audit', standing: 'handled' },
    ]);
  });

  it('ends where it is parked, there alone', () => {
    const [first, second] = standingsOf(event(7), services, [parked(7, 'no')]);
    expect([first?.standing, second?.standing]).toEqual(['parked', 'handled']);
    expect(standingsOf(event(70), services, [parked(7, 'no')])[0]?.standing).toBe('open');
  });
});
