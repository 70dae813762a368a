/** A process that generates load: does the one job it was given, says when it is ready, waits for `go`, and tells the result. */
import { once } from 'node:events';
import { answer } from './answer.js';
import { consume } from './consume.js';
import { requestPages } from './http.js';
import type { Job, JobResult } from './jobs.js';
import { publish } from './publish.js';
import { replay } from './replay.js';

/** Called when the load is ready; resolves when it may begin. */
export type Begin = () => Promise<void>;

const begin: Begin = async () => {
  process.send!('ready');
  await once(process, 'message');
};

const job = JSON.parse(process.argv[2]!) as Job;
process.send!(await perform(job), () => process.exit(0));

function perform(job: Job): Promise<JobResult[Job['kind']]> {
  switch (job.kind) {
    case 'publish':
      return publish(job, begin);
    case 'consume':
      return consume(job, begin);
    case 'answer':
      return answer(job, begin);
    case 'replay':
      return replay(job, begin);
    case 'http':
      return requestPages(job, begin);
  }
}
