/**
 * The same load on Redis Streams: one stream, the sequence of each key compared in a script that then appends, a consumer group.
 * Commands of one turn travel together (ioredis' pipelining), as frames do on the bus.
 */
import { Redis } from 'ioredis';
import type { OpenConsumer } from './consume.js';
import type { OpenPublisher } from './publish.js';

const STREAM = 'events';
const HEADS = 'heads';
const GROUP = 'consumers';
const READ_MAX = 512;

const APPEND_IF_NEXT = `
  local head = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or -1)
  if head + 1 ~= tonumber(ARGV[2]) then return 0 end
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  redis.call('XADD', KEYS[1], '*', 'key', ARGV[1], 'value', ARGV[2], 'data', ARGV[3])
  return 1`;

export const redisPublisher: OpenPublisher = async ({ target }, accepted) => {
  const redis = new Redis(target.address, { enableAutoPipelining: true });
  const script = (await redis.script('LOAD', APPEND_IF_NEXT)) as string;
  return {
    send: (events) => {
      for (const { key, value, data } of events)
        void redis.evalsha(script, 2, STREAM, HEADS, key, value, JSON.stringify(data)).then((appended) => {
          if (appended !== 1) throw new Error('refused: the load is wrong');
          accepted(1);
        });
    },
    close: () => redis.disconnect(),
  };
};

type Entry = readonly [id: string, fields: readonly string[]];

export const redisConsumer: OpenConsumer = async ({ target }, arrived) => {
  const reader = new Redis(target.address);
  const acknowledger = new Redis(target.address, { enableAutoPipelining: true });
  await reader.xgroup('CREATE', STREAM, GROUP, '$', 'MKSTREAM');
  let closed = false;
  const read = async (): Promise<void> => {
    while (!closed) {
      const answer = (await reader
        .xreadgroup('GROUP', GROUP, 'one', 'COUNT', READ_MAX, 'BLOCK', 1000, 'STREAMS', STREAM, '>')
        .catch((error: unknown) => {
          if (!closed) throw error;
          return null;
        })) as readonly [stream: string, entries: readonly Entry[]][] | null;
      const entries = answer?.[0]?.[1] ?? [];
      if (entries.length === 0) continue;
      arrived(
        entries.map(([, [, key, , value, , data]]) => ({
          key: key!,
          value: Number(value),
          sentAt: (JSON.parse(data!) as { sentAt?: number }).sentAt,
        })),
      );
      void acknowledger.xack(STREAM, GROUP, ...entries.map(([id]) => id)).catch(() => undefined);
    }
  };
  void read();
  return {
    close: () => {
      closed = true;
      reader.disconnect();
      acknowledger.disconnect();
    },
  };
};
