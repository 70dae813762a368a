import { randomUUID } from 'node:crypto';
import { type BusLink, type ReceivedEvent, registered } from './bus-link.js';
import { type AnswerJob, type JobResult, nowNs } from './jobs.js';
import type { Begin } from './main.js';

/** What the answering client type sends. It does not ask for it itself, so having seen none of it is true however many there are. */
export const OUTCOME = 'Outcome';
export const ANSWERER = 'answerer';
const NOTE = 'x'.repeat(260);

export async function answer(job: AnswerJob, begin: Begin): Promise<JobResult['answer']> {
  let accepted = 0;
  let done = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    done = resolve;
  });
  const early: ReceivedEvent[] = [];
  let link: BusLink | undefined;
  let begun = false;
  const registration = {
    client_type: ANSWERER,
    event_types: ['Measured'],
    max_in_flight: job.inFlight,
  };
  link = await registered(job.target.address, registration, ({ events = [], receipts = [] }) => {
    for (const { status } of receipts) if (status !== 'success') throw new Error('a batch was refused');
    accepted += receipts.length;
    if (accepted === job.events * job.outcomes) done();
    for (const event of events)
      if (begun) reply(event);
      else early.push(event);
  });
  const reply = ({ consistency: { key }, delivery }: ReceivedEvent): void =>
    link.say({
      message_type: 'new',
      batch_id: randomUUID(),
      atomic: true,
      acknowledges: delivery,
      events: Array.from({ length: job.outcomes }, () => ({
        event_type: OUTCOME,
        consistency: { key: `outcome-of-${key}`, seen: -1 },
        correlation_id: 1,
        data: { note: NOTE },
      })),
    });
  await begin();
  const startedAt = nowNs();
  begun = true;
  for (const event of early) reply(event);
  await end;
  link.close();
  return { startedAt, endedAt: nowNs() };
}
