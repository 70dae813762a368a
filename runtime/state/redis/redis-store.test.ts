import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { silentLogger } from '../../../common/log.js';
import { redisForTests } from '../../../test/support/redis.js';
import { stateStoreContract } from '../contract.js';
import { RedisStore } from './redis-store.js';

const redis = await redisForTests();

describe.skipIf(redis === undefined)('With a Redis server', () => {
  stateStoreContract('The Redis store', async () => {
    const url = await redis!.database();
    return {
      open: async (clientType) => {
        const store = new RedisStore(url, clientType, silentLogger);
        await store.open();
        return store;
      },
      // Redis has its own clock.
      pass: (ms) => sleep(ms + 5),
      dispose: async () => {},
    };
  });
});
