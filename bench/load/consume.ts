import { registered } from './bus-link.js';
import { CONSUMER, type ConsumeJob, type JobResult, nowNs, type Target } from './jobs.js';
import type { Begin } from './main.js';

export interface Arrived {
  readonly key: string;
  readonly value: number;
  readonly sentAt: number | undefined;
}

/** Receives and acknowledges from one kind of server. */
export type OpenConsumer = (
  job: ConsumeJob,
  arrived: (events: readonly Arrived[]) => void,
) => Promise<{ close(): void }>;

export async function consume(job: ConsumeJob, begin: Begin): Promise<JobResult['consume']> {
  const values = new Map<string, number>();
  const latenciesMs: number[] = [];
  let count = 0;
  let startedAt: number | undefined;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });
  const open = await consumerOf(job.target.kind);
  const consumer = await open(job, (events) => {
    const now = nowNs();
    startedAt ??= now;
    for (const { key, value, sentAt } of events) {
      const last = values.get(key);
      if (last !== undefined && value !== last + 1) throw new Error(`${key}: ${value} came after ${last}`);
      values.set(key, value);
      if (sentAt !== undefined) latenciesMs.push((now - sentAt) / 1e6);
    }
    count += events.length;
    if (count >= job.events) done();
  });
  await begin();
  await end;
  const endedAt = nowNs();
  consumer.close();
  return { startedAt: startedAt ?? endedAt, endedAt, latenciesMs };
}

/** A peer's client is loaded only for that peer. */
async function consumerOf(kind: Target['kind']): Promise<OpenConsumer> {
  if (kind === 'redis') return (await import('./redis.js')).redisConsumer;
  if (kind === 'nats') return (await import('./nats.js')).natsConsumer;
  return busConsumer;
}

const busConsumer: OpenConsumer = async ({ target, inFlight, type }, arrived) => {
  const registration = { client_type: CONSUMER, event_types: [type], max_in_flight: inFlight };
  return registered(target.address, registration, ({ events = [] }, link) => {
    arrived(events.map(({ consistency: { key, value }, data }) => ({ key, value, sentAt: data.sentAt })));
    link.say({ message_type: 'ack', deliveries: events.map(({ delivery }) => delivery) });
  });
};
