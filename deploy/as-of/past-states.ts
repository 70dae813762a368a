/**
 * States of services as they were, kept ready for further questions: `GET /time?service=&at=&path=`.
 *
 * Each is a process with a whole state in its memory, so there are at most `statesMax`: for one more, the one that was asked least
 * recently goes. One that nobody asks for `idleMs` goes too. A state of the past never changes, so the same question for the same
 * point gets the same answer as long as its process is there, and after it.
 */
import type { TimeTravel } from '../../common/pages/operator.js';
import { parsePoint, pointText } from '../../common/point-in-log.js';
import { ControlRefusal } from '../control-refusal.js';
import type { Say } from '../supervisor.js';
import { type PastPlan, PastProcess } from './past-process.js';

export interface PastStatesOptions {
  /** how the state of a service at a point is shown; undefined = there is no such service */
  readonly plan: (service: string, at: string) => PastPlan | undefined;
  readonly say: Say;
  readonly statesMax?: number;
  readonly idleMs?: number;
  /** a question waits so long for its state; then it is told how far the state is, and may be asked again */
  readonly patienceMs?: number;
}

const STATES_MAX = 4;
const IDLE_MS = 120_000;
/** Below the time that the gateway waits for the launcher. */
const PATIENCE_MS = 15_000;
const PATH_LENGTH_MAX = 2_000;

interface Kept {
  readonly name: string;
  readonly process: PastProcess;
  /** questions that wait for an answer */
  asking: number;
  idle: NodeJS.Timeout | undefined;
}

export class PastStates {
  /** by service and point; least recently asked first */
  readonly #kept = new Map<string, Kept>();
  readonly #options: Required<PastStatesOptions>;

  constructor(options: PastStatesOptions) {
    this.#options = { statesMax: STATES_MAX, idleMs: IDLE_MS, patienceMs: PATIENCE_MS, ...options };
  }

  /** @throws ControlRefusal for a question that makes no sense, a point that is none, a state that is not ready yet */
  async ask(question: URLSearchParams): Promise<TimeTravel> {
    const service = required(question, 'service');
    const at = pointOf(required(question, 'at'));
    const path = pathOf(required(question, 'path'));
    const kept = this.#kept.get(nameOf(service, at)) ?? this.#begun(service, at);
    // Asked most recently of all.
    this.#kept.delete(kept.name);
    this.#kept.set(kept.name, kept);
    clearTimeout(kept.idle);
    kept.asking += 1;
    try {
      await this.#built(kept.process);
      return await kept.process.ask(path);
    } finally {
      kept.asking -= 1;
      if (kept.asking === 0 && this.#kept.get(kept.name) === kept)
        kept.idle = setTimeout(() => void this.#forget(kept), this.#options.idleMs);
    }
  }

  /** Ends all of them. */
  async stop(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((kept) => this.#forget(kept)));
  }

  #begun(service: string, at: string): Kept {
    const { plan, say, statesMax } = this.#options;
    const planned = plan(service, at);
    if (planned === undefined) throw new ControlRefusal('not_found', `There is no service ${service}.`);
    if (this.#kept.size >= statesMax) this.#makeRoom();
    const process = new PastProcess(planned, say);
    const kept: Kept = { name: nameOf(service, at), process, asking: 0, idle: undefined };
    void process.ended.then(() => this.#forget(kept));
    return kept;
  }

  #makeRoom(): void {
    const oldest = [...this.#kept.values()].find(({ asking }) => asking === 0);
    if (oldest === undefined)
      throw new ControlRefusal(
        'overloaded',
        `${this.#kept.size} states are being asked just now; ask again.`,
      );
    void this.#forget(oldest);
  }

  #forget(kept: Kept): Promise<void> {
    clearTimeout(kept.idle);
    if (this.#kept.get(kept.name) === kept) this.#kept.delete(kept.name);
    return kept.process.stop();
  }

  async #built(process: PastProcess): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<'too long'>((resolve) => {
      timer = setTimeout(resolve, this.#options.patienceMs, 'too long');
    });
    const first = await Promise.race([process.built, tooLong]).finally(() => clearTimeout(timer));
    if (first !== 'too long') return;
    const progress = (await process.progress()) ?? 'not begun';
    throw new ControlRefusal('rebuilding', `The state as it was is being built (${progress}); ask again.`);
  }
}

function nameOf(service: string, at: string): string {
  return `${service} as of ${at}`;
}

function required(question: URLSearchParams, name: string): string {
  const value = question.get(name);
  if (value === null || value === '') throw new ControlRefusal('bad_request', `${name}: is missing`);
  return value;
}

function pointOf(text: string): string {
  try {
    const point = parsePoint(text);
    if (point.kind === 'time' && point.time > Date.now()) throw new Error('lies in the future');
    return pointText(point);
  } catch (error) {
    throw new ControlRefusal('bad_request', `at: ${(error as Error).message}`);
  }
}

/** A path below the service's own address, and no other address. */
function pathOf(text: string): string {
  if (!/^\/(?!\/)/.test(text) || text.length > PATH_LENGTH_MAX)
    throw new ControlRefusal('bad_request', 'path: must be the path of a GET route, such as /account/1');
  return text;
}
