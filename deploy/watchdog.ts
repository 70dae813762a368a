/**
 * Notices processes that live and do nothing: an event loop that hangs never ends, so nobody would start it again. Each process is asked for
 * its health every few seconds; any answer will do, also that it is not ready (a rebuild takes its time). One that has answered before and
 * then stays silent is told loudly, and at last killed: what keeps it running starts it again. That is allowed to bus, services and gateway
 * alike: none of them loses anything by kill -9, and the bus has long given a silent service's keys to others.
 *
 * A process that has not answered yet since it was started is left alone: opening a long log is slow, not dead.
 */
import type { Say, Supervised } from './supervisor.js';

export interface Patience {
  /** pause between two questions */
  readonly pauseMs: number;
  /** a question counts as unanswered after this; above what a health check takes on an overloaded machine */
  readonly answerMs: number;
  /** unanswered questions in a row until it is told */
  readonly toldAfter: number;
  /** the same until the process is killed */
  readonly killedAfter: number;
}

/** Told after 15 s of silence, killed after 30 s: above the bus's acknowledgement deadline nobody waits for such a process any more. */
const PATIENCE: Patience = { pauseMs: 2_000, answerMs: 3_000, toldAfter: 3, killedAfter: 6 };

/** Watches a process until it is told to stop. Returns how. */
export function watch(
  process: Pick<Supervised, 'plan' | 'pid' | 'signal'>,
  say: Say,
  { pauseMs, answerMs, toldAfter, killedAfter }: Patience = PATIENCE,
): () => void {
  const { name, healthUrl } = process.plan;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** the process that has answered; one that was started again is another */
  let known: number | undefined;
  let silent = 0;

  async function look(): Promise<void> {
    const { pid } = process;
    const answered = await answers(healthUrl, answerMs);
    if (stopped) return;
    if (process.pid === pid) judge(answered, pid);
    timer = setTimeout(() => void look(), pauseMs);
  }

  function judge(answered: boolean, pid: number | undefined): void {
    if (answered) {
      if (silent >= toldAfter) say(name, 'answers again');
      known = pid;
      silent = 0;
      return;
    }
    if (known !== pid) return;
    silent += 1;
    if (silent === toldAfter) say(name, `DOES NOT ANSWER: ${silent} health checks in a row (${healthUrl})`);
    if (silent !== killedAfter) return;
    say(name, `HANGS: ${silent} health checks in a row without an answer. It is killed and started again.`);
    known = undefined;
    silent = 0;
    process.signal('SIGKILL');
  }

  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Whether anything is answered, whatever it says. */
async function answers(url: string, answerMs: number): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    await answer.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
