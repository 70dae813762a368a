/**
 * The processes of a running system: each is kept running and watched until all are stopped. Once the stop has begun nothing is started
 * any more, so nothing can be left behind. The first process, the bus, is stopped last: the others still talk to it.
 */
import type { ProcessPlan } from './layout.js';
import { type Say, type Supervised, supervise } from './supervisor.js';
import { watch } from './watchdog.js';

export class Fleet {
  readonly #running: Supervised[] = [];
  readonly #watches: (() => void)[] = [];
  readonly #stop = new AbortController();

  constructor(private readonly say: Say) {}

  /** Aborted when the stop begins: whoever waits for a process gives up then. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** As they are now; in the order of their start. */
  get processes(): readonly Supervised[] {
    return [...this.#running];
  }

  /** @throws Error when the stop has begun */
  keep(plan: ProcessPlan): Supervised {
    this.stopping.throwIfAborted();
    const process = supervise(plan, this.say, { restart: true });
    this.#running.push(process);
    this.#watches.push(watch(process, this.say));
    return process;
  }

  /** Resolves when every process is gone. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the system is being stopped'));
    for (const stopWatching of this.#watches) stopWatching();
    const [first, ...others] = this.#running;
    await Promise.all(others.map((process) => process.stop()));
    await first?.stop();
  }
}
