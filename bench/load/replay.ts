import { registered } from './bus-link.js';
import { CONSUMER, type JobResult, MEASURED, nowNs, type ReplayJob } from './jobs.js';
import type { Begin } from './main.js';

const PAGE_EVENTS = 1000;

export async function replay({ target, events }: ReplayJob, begin: Begin): Promise<JobResult['replay']> {
  let count = 0;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });
  const registration = { client_type: CONSUMER, event_types: [MEASURED], max_in_flight: 0 };
  const link = await registered(target.address, registration, (page) => {
    if (page.message_type !== 'rebuild') return;
    // asked before this page is counted, as a rebuild asks while it applies a page
    if (page.next !== undefined) ask(page.next);
    count += page.events!.length;
    if (page.next === undefined) done();
  });
  const ask = (after: string): void =>
    link.say({
      message_type: 'query',
      event_types: [MEASURED],
      after,
      limit: PAGE_EVENTS,
      acknowledged_only: true,
    });
  await begin();
  const startedAt = nowNs();
  ask('0');
  await end;
  link.close();
  if (count !== events) throw new Error(`${count} events came back, ${events} were acknowledged`);
  return { startedAt, endedAt: nowNs() };
}
