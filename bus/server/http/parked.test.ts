import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_FEATURES, type RawClient } from '../testing/raw-client.js';
import { TestBus } from '../testing/test-bus.js';

describe('parked events', () => {
  let bus: TestBus;
  let service: RawClient;

  beforeEach(async () => {
    bus = await TestBus.start({ core: { attemptsMax: 1 } });
    service = await bus.connect();
    const sender = await bus.connect();
    await service.register('accounts', ['T'], { features: ALL_FEATURES });
    for (const key of ['a', 'b']) {
      await sender.publish('T', key, { key });
      const [event] = await service.hearEvents(1);
      service.say({
        message_type: 'nack',
        delivery: event?.delivery,
        error: { message: 'no', traceback: 'accounts.lua:3', script: 'accounts.lua', version: '1' },
        retry: false,
      });
    }
    await untilParked(2);
  });
  afterEach(() => bus.stop());

  async function parkedIds(): Promise<string[]> {
    return ((await bus.get('/parked')).body.parked as { id: string }[]).map(({ id }) => id);
  }

  async function untilParked(count: number): Promise<void> {
    while ((await parkedIds()).length !== count) await new Promise<void>((resolve) => setTimeout(resolve, 5));
  }

  it('are listed with event, error and attempts, page by page', async () => {
    const { body } = await bus.get('/parked?limit=1');
    expect(body).toEqual({
      parked: [
        {
          id: 'accounts:1',
          client_type: 'accounts',
          error: { message: 'no', traceback: 'accounts.lua:3', script: 'accounts.lua', version: '1' },
          attempts: 1,
          first_failure: expect.any(String),
          parked_at: expect.any(String),
          event: expect.objectContaining({ event_type: 'T', data: { key: 'a' }, position: '1' }),
        },
      ],
      total: 2,
      next: 'accounts:1',
    });
    expect((await bus.get('/parked?after=accounts:1')).body).toMatchObject({
      parked: [{ id: 'accounts:2' }],
      total: 2,
    });
  });

  it('come again after a retry', async () => {
    expect(await bus.request('POST', '/parked/accounts:1/retry')).toMatchObject({
      status: 200,
      body: { id: 'accounts:1', decision: 'retry' },
    });
    expect(await service.hearEvents(1)).toMatchObject([{ data: { key: 'a' } }]);
    await untilParked(1);
  });

  it('are skipped with a reason, which is kept', async () => {
    const answer = await bus.request('POST', '/parked/accounts:2/skip', { reason: 'sent twice' });
    expect(answer).toMatchObject({ status: 200, body: { id: 'accounts:2', decision: 'skip' } });
    expect(await parkedIds()).toEqual(['accounts:1']);
    expect((await bus.get('/skips')).body).toEqual({
      skips: [{ id: 'accounts:2', reason: 'sent twice', time: expect.any(String) }],
    });
  });

  it('that were skipped are in no rebuild of that client type, also when it asks for all that was not skipped', async () => {
    await bus.request('POST', '/parked/accounts:2/skip', { reason: 'sent twice' });
    const positions = async (how: object): Promise<string[]> => {
      service.say({ message_type: 'query', event_types: ['*'], ...how });
      return (await service.hear('rebuild')).events.map(({ position }) => position ?? '');
    };
    expect(await positions({ acknowledged_only: true })).toEqual([]);
    expect(await positions({ acknowledged_only: false, without_skipped: true })).toEqual(['1']);
    expect(await positions({ acknowledged_only: false })).toEqual(['1', '2']);
  });

  it.each([
    [undefined, 'reason_required'],
    [{}, 'reason_required'],
    [{ reason: '' }, 'reason_required'],
    [{ reason: 7 }, 'bad_request'],
    ['{', 'bad_request'],
  ])('are not skipped with the body %j', async (body, error) => {
    expect(await bus.request('POST', '/parked/accounts:2/skip', body)).toMatchObject({
      status: 400,
      body: { error },
    });
    expect(await parkedIds()).toEqual(['accounts:1', 'accounts:2']);
  });

  it('that do not exist cannot be decided about', async () => {
    for (const id of ['accounts:9', 'nobody:1']) {
      expect(await bus.request('POST', `/parked/${id}/retry`)).toMatchObject({
        status: 404,
        body: { error: 'not_parked' },
      });
    }
    expect(await bus.request('POST', '/parked/accounts/retry')).toMatchObject({
      status: 400,
      body: { field: 'id' },
    });
  });
});
