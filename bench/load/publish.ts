import { setImmediate as nextTurn } from 'node:timers/promises';
import { registered } from './bus-link.js';
import { CONSUMER, type JobResult, MEASURED, nowNs, type PublishJob, type Target } from './jobs.js';
import type { Begin } from './main.js';

/** One event to be published. */
export interface Planned {
  readonly key: string;
  readonly value: number;
  readonly data: object;
}

/** Sends planned events to one kind of server. */
export interface Publisher {
  /** several events in one go; each is answered once, by `accepted` */
  send(events: readonly Planned[]): void;
  close(): void;
}

export type OpenPublisher = (job: PublishJob, accepted: (count: number) => void) => Promise<Publisher>;

/** 300 bytes of data with the fields around it. */
const NOTE = 'x'.repeat(260);

/** Between two looks at the clock of a paced publisher. */
const PACE_MS = 1;

export async function publish(job: PublishJob, begin: Begin): Promise<JobResult['publish']> {
  const { events, inFlight, perFrame } = job;
  let sent = 0;
  let answered = 0;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });

  const sendUpTo = (limit: number): void => {
    while (sent < limit) {
      const count = Math.min(perFrame, limit - sent);
      publisher.send(Array.from({ length: count }, () => planned(job, sent++)));
    }
  };
  const fill = (): void => sendUpTo(Math.min(events, answered + inFlight));
  const open = await publisherOf(job.target.kind);
  let filling = false;
  const publisher = await open(job, (count) => {
    answered += count;
    if (answered === events) done();
    if (job.pacePerSecond > 0 || filling) return;
    // what is answered in one turn is made up for in one go
    filling = true;
    void nextTurn().then(() => {
      filling = false;
      fill();
    });
  });

  await begin();
  const startedAt = nowNs();
  if (job.pacePerSecond === 0) fill();
  else await paced(job, startedAt, sendUpTo);
  await end;
  publisher.close();
  return { startedAt, endedAt: nowNs() };
}

async function paced(
  { events, pacePerSecond }: PublishJob,
  startedAt: number,
  sendUpTo: (limit: number) => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(events, Math.floor(((nowNs() - startedAt) / 1e9) * pacePerSecond));
      sendUpTo(due);
      if (due < events) return;
      clearInterval(timer);
      resolve();
    }, PACE_MS);
  });
}

function planned({ keys, first = 0 }: PublishJob, n: number): Planned {
  const data = { sentAt: nowNs(), note: NOTE };
  return { key: `key-${n % keys}`, value: first + Math.floor(n / keys), data };
}

/** A peer's client is loaded only for that peer. */
async function publisherOf(kind: Target['kind']): Promise<OpenPublisher> {
  if (kind === 'redis') return (await import('./redis.js')).redisPublisher;
  if (kind === 'nats') return (await import('./nats.js')).natsPublisher;
  return busPublisher;
}

const busPublisher: OpenPublisher = async ({ target, knowledge }, accepted) => {
  const heard = ({ receipts }: { receipts?: readonly { status: string }[] }): void => {
    for (const { status } of receipts ?? [])
      if (status !== 'success') throw new Error('refused: the load is wrong');
    accepted(receipts?.length ?? 0);
  };
  // `seen` is judged by what the sender's client type asks to know; it takes no events here, another session does
  const who =
    knowledge === 'exact'
      ? { client_type: 'publisher', event_types: [] }
      : { client_type: CONSUMER, event_types: [MEASURED] };
  const link = await registered(target.address, { ...who, max_in_flight: 0 }, heard);
  return {
    send: (events) =>
      link.say({
        message_type: 'new',
        events: events.map(({ key, value, data }) => ({
          event_type: MEASURED,
          consistency: knowledge === 'exact' ? { key, value } : { key, seen: value - 1 },
          correlation_id: 1,
          data,
        })),
      }),
    close: () => link.close(),
  };
};
