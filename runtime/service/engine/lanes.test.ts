import { describe, expect, it } from 'vitest';
import type { DeliveredEvent } from '../types.js';
import { StateLost, Voided } from './aborts.js';
import type { EventOutcome } from './events.js';
import { Job } from './job.js';
import { Lanes } from './lanes.js';
import { VirtualTime } from './testing/virtual-time.js';

/** Lanes whose handlers end when the test says so. */
class Bench {
  readonly time = new VirtualTime(0);
  readonly begun: string[] = [];
  readonly failed: string[] = [];
  readonly aborted: string[] = [];
  readonly lanes: Lanes;
  readonly #ends = new Map<
    string,
    { end: (outcome: EventOutcome) => void; fail: (error: Error) => void; job: Job }
  >();
  readonly #barriers: { pass: () => void; fail: (error: Error) => void }[] = [];
  #deliveries = 0;

  constructor(concurrency = 10) {
    this.lanes = new Lanes(
      {
        handle: (event, job) =>
          new Promise((end, fail) => {
            const name = `${event.key}${event.value}`;
            this.begun.push(name);
            this.#ends.set(name, { end, fail, job });
          }),
        failed: async (event) => {
          this.failed.push(`${event.key}${event.value}`);
        },
        aborted: (reason) => void this.aborted.push(reason.message),
        newJob: () =>
          new Job({ clock: this.time, timers: this.time, sleep: (ms) => this.time.sleep(ms) }, 1_000),
        barrier: () => new Promise((pass, fail) => void this.#barriers.push({ pass, fail })),
      },
      concurrency,
    );
  }

  receive(...names: string[]): void {
    this.lanes.receive(names.map((name) => this.#event(name)));
  }

  async end(name: string, outcome: EventOutcome = 'done'): Promise<void> {
    this.#ends.get(name)?.end(outcome);
    await settled();
  }

  async fail(name: string, error = new Error('script')): Promise<void> {
    this.#ends.get(name)?.fail(error);
    await settled();
  }

  voided(name: string): boolean {
    return this.#ends.get(name)?.job.voided ?? false;
  }

  async passBarriers(error?: Error): Promise<void> {
    for (const { pass, fail } of this.#barriers.splice(0)) error ? fail(error) : pass();
    await settled();
  }

  #event(name: string): DeliveredEvent {
    return {
      type: 'T',
      key: name.slice(0, 1),
      value: Number(name.slice(1)),
      data: {},
      correlation: '',
      causation: undefined,
      eventId: name,
      position: '1',
      time: 0,
      sender: '',
      batchId: undefined,
      delivery: String(this.#deliveries++),
      attempt: 1,
    };
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the lanes', () => {
  it('handle one event of a key after the other, and keys at the same time', async () => {
    const bench = new Bench();
    bench.receive('a0', 'a1', 'b0');
    expect(bench.begun).toEqual(['a0', 'b0']);
    await bench.end('a0');
    expect(bench.begun).toEqual(['a0', 'b0', 'a1']);
  });

  it('run no more handlers at once than they may, and forget none', async () => {
    const bench = new Bench(2);
    bench.receive('a0', 'b0', 'c0', 'c1');
    expect(bench.begun).toEqual(['a0', 'b0']);
    await bench.end('b0');
    expect(bench.begun).toEqual(['a0', 'b0', 'c0']);
    await bench.end('c0');
    await bench.end('a0');
    expect(bench.begun).toEqual(['a0', 'b0', 'c0', 'c1']);
  });

  it.each([
    ['failed', (bench: Bench) => bench.fail('a1')],
    ['was left', (bench: Bench) => bench.end('a1', 'left')],
  ])('let no later event overtake one that %s', async (_, happens) => {
    const bench = new Bench();
    bench.receive('a1', 'a2', 'a3');
    await happens(bench);
    bench.receive('a4');
    expect(bench.begun).toEqual(['a1']);
    bench.receive('a1', 'a2');
    await bench.end('a1');
    await bench.end('a2');
    expect(bench.begun).toEqual(['a1', 'a1', 'a2']);
  });

  it('go on with the event itself if it is here again already', async () => {
    const bench = new Bench();
    bench.receive('a1', 'a2', 'a1', 'a2');
    await bench.fail('a1');
    expect(bench.begun).toEqual(['a1', 'a1']);
    await bench.end('a1');
    expect(bench.begun).toEqual(['a1', 'a1', 'a2']);
  });

  it('report a failure of the handler, and go on with other keys', async () => {
    const bench = new Bench();
    bench.receive('a1', 'b1');
    await bench.fail('a1');
    expect(bench.failed).toEqual(['a1']);
    await bench.end('b1');
    bench.receive('b2');
    expect(bench.begun).toEqual(['a1', 'b1', 'b2']);
  });

  it('open for later events when everything has arrived that was sent before the bus knew', async () => {
    const bench = new Bench();
    bench.receive('a1');
    await bench.fail('a1');
    bench.receive('a2');
    await bench.passBarriers();
    bench.receive('a2');
    expect(bench.begun).toEqual(['a1', 'a2']);
  });

  it('stay closed when it is not known what is under way', async () => {
    const bench = new Bench();
    bench.receive('a1');
    await bench.fail('a1');
    await bench.passBarriers(new Error('the connection is lost'));
    bench.receive('a2');
    expect(bench.begun).toEqual(['a1']);
  });

  it('do not report what is nobody’s fault', async () => {
    const bench = new Bench();
    bench.receive('a1');
    await bench.fail('a1', new StateLost('wiped'));
    expect(bench.failed).toEqual([]);
    expect(bench.aborted).toEqual(['wiped']);
  });

  it('forget everything at a new registration, but let what runs end before its key goes on', async () => {
    const bench = new Bench();
    bench.receive('a1', 'a2');
    bench.lanes.reset(new Voided('registered anew'));
    expect(bench.voided('a1')).toBe(true);
    bench.receive('a1', 'a2');
    expect(bench.begun).toEqual(['a1']);
    await bench.fail('a1');
    expect(bench.failed).toEqual([]);
    expect(bench.begun).toEqual(['a1', 'a1']);
    await bench.end('a1');
    expect(bench.begun).toEqual(['a1', 'a1', 'a2']);
  });

  it('are idle when nothing runs and nothing waits', async () => {
    const bench = new Bench();
    let idle = false;
    bench.receive('a1', 'a2');
    void bench.lanes.idle().then(() => {
      idle = true;
    });
    await bench.end('a1');
    expect(idle).toBe(false);
    await bench.end('a2');
    expect(idle).toBe(true);
    await bench.lanes.idle();
  });
});
