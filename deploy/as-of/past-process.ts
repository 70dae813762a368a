/**
 * A process that shows a service's state as it was (`superclient --as-of`), from its start to its end. It listens on a free port of
 * its own choice, ends by itself when the launcher is gone, and is not started again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TimeTravel } from '../../common/pages/operator.js';
import { AS_OF_HEADER, HELD_KEYS_HEADER, type PastReport } from '../../common/past-report.js';
import type { Json } from '../../common/protocol/messages.js';
import { childEnvironment } from '../child-environment.js';
import { ControlRefusal } from '../control-refusal.js';
import type { ProcessPlan } from '../layout.js';
import type { Say } from '../supervisor.js';

/** An answer that takes longer is given up. */
const ANSWER_MS_MAX = 10_000;

export type PastPlan = Pick<ProcessPlan, 'name' | 'entry' | 'args' | 'env'>;

export class PastProcess {
  /** Resolves when the state is built. @throws ControlRefusal */
  readonly built: Promise<void>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #base: string | undefined;

  constructor(plan: PastPlan, say: Say) {
    const { name, entry, args } = plan;
    const child = spawn(process.execPath, [entry, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
      env: childEnvironment(plan),
    });
    for (const stream of [child.stdout!, child.stderr!])
      createInterface({ input: stream }).on('line', (line) => say(name, line));
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    this.built = new Promise((resolve, reject) => {
      child.on('message', (report: PastReport) => {
        if (report.kind === 'listening') this.#base = `http://127.0.0.1:${report.port}`;
        else if (report.kind === 'built') resolve();
        else reject(new ControlRefusal('not_found', report.message));
      });
      // Comes after the last message; after an error there is none.
      const gone = () => reject(new ControlRefusal('internal', `${name} has ended; the log says why.`));
      child.once('disconnect', gone);
      child.once('error', gone);
    });
    this.built.catch(() => {});
  }

  /** Asks one of the service's routes. @throws ControlRefusal if it does not answer */
  async ask(path: string): Promise<TimeTravel> {
    const answer = await this.#get(path);
    const held = answer.headers.get(HELD_KEYS_HEADER);
    return {
      position: answer.headers.get(AS_OF_HEADER) ?? '',
      status: answer.status,
      body: parsed(await answer.text()),
      ...(held !== null && { held_keys: Number(held) }),
    };
  }

  /** How far it is: `12000 of 100000 events`; undefined if it does not say. */
  async progress(): Promise<string | undefined> {
    const ready = await this.#get('/ready').catch(() => undefined);
    const { done, total } = (parsed((await ready?.text()) ?? '') ?? {}) as { done?: number; total?: number };
    return total === undefined ? undefined : `${done} of ${total} events`;
  }

  /** At once: it keeps nothing, and owes nobody anything. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #get(path: string): Promise<Response> {
    const request = { signal: AbortSignal.timeout(ANSWER_MS_MAX), redirect: 'manual' } as const;
    try {
      return await fetch(`${this.#base}${path}`, request);
    } catch (cause) {
      throw Object.assign(new ControlRefusal('service_unavailable', 'The state as it was does not answer.'), {
        cause,
      });
    }
  }
}

/** What is no JSON, such as `OK`, stays a text. */
function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
