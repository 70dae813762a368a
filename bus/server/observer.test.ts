import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StoredEvent } from '../../common/events.js';
import type { Page, ReadFilter } from '../store/event-store.js';
import { Observer, type ObserverSink } from './observer.js';

function eventAt(position: number): StoredEvent {
  return {
    position,
    type: position % 2 === 0 ? 'Even' : 'Odd',
    key: `k${position % 3}`,
    value: 0,
    data: '{}',
    correlationId: 1,
    correlation: '00000000-0000-8000-8000-000000000001',
    time: position,
    sender: '',
    sessionId: 1,
    owedTo: [],
  };
}

/** A log and a session's writer, both as slow as the test wants. */
class World {
  readonly log: StoredEvent[] = [];
  head = 0;
  frames: { positions: number[]; position: number }[] = [];
  hasRoom = true;
  reads = 0;
  duringRead: () => void = () => undefined;
  observer: Observer | undefined;
  #roomWaiters: (() => void)[] = [];

  /** Makes events durable, and reports them. */
  commit(count: number): void {
    this.report(this.store(count));
  }

  /** Makes events durable: they can be read, but were not reported yet. */
  store(count: number): StoredEvent[] {
    const events = Array.from({ length: count }, (_, i) => eventAt(this.log.length + i + 1));
    this.log.push(...events);
    return events;
  }

  report(events: readonly StoredEvent[]): void {
    this.head = events.at(-1)?.position ?? this.head;
    this.observer?.committed(events);
  }

  makeRoom(): void {
    this.hasRoom = true;
    for (const wake of this.#roomWaiters.splice(0)) wake();
  }

  observe(after: number, eventTypes?: readonly string[], keys?: readonly string[]): void {
    const world = this;
    const sink: ObserverSink = {
      get hasRoom() {
        return world.hasRoom;
      },
      room: async () => {
        while (!world.hasRoom) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve));
      },
      send: (events, position) =>
        this.frames.push({ positions: events.map((event) => event.position), position }),
    };
    this.observer = new Observer({
      eventTypes,
      keys,
      after,
      pageLimit: 3,
      pages: { page: (filter) => this.#read(filter) },
      sink,
      head: () => this.head,
      failed: () => undefined,
    });
  }

  get seen(): number[] {
    return this.frames.flatMap(({ positions }) => positions);
  }

  async #read({ after = 0, limit, eventTypes }: ReadFilter): Promise<Page> {
    this.reads += 1;
    const matching = this.log.filter(
      ({ position, type }) => position > after && (eventTypes?.includes(type) ?? true),
    );
    const events = matching.slice(0, limit);
    const end = matching.length <= limit;
    const next = end ? this.log.length : (events.at(-1)?.position ?? after);
    this.duringRead();
    return { events, next, end };
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.observer?.close());

it('catches up from its cursor and then sees what is committed, without a gap or a repeat', async () => {
  world.commit(8);
  world.observe(2);
  await settled();
  world.commit(2);
  expect(world.seen).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(world.frames.at(-1)?.position).toBe(10);
});

it('misses nothing and repeats nothing of what is committed while it reads its last page', async () => {
  world.commit(2);
  let once = true;
  world.duringRead = () => {
    if (once) world.commit(2);
    once = false;
  };
  world.observe(0);
  await settled();
  world.commit(1);
  expect(world.seen).toEqual([1, 2, 3, 4, 5]);
});

it('does not repeat what it has read before it was reported as committed', async () => {
  const early = world.store(2);
  world.observe(0);
  await settled();
  world.report(early);
  world.commit(1);
  expect(world.seen).toEqual([1, 2, 3]);
});

it('says where it stands when it becomes live, even if there was nothing to see', async () => {
  world.commit(4);
  world.observe(4);
  await settled();
  expect(world.frames).toEqual([{ positions: [], position: 4 }]);
});

it('sees only the types and the keys that were asked for', async () => {
  world.commit(6);
  world.observe(0, ['Even'], ['k0', 'k1']);
  await settled();
  world.commit(6);
  expect(world.seen).toEqual([4, 6, 10, 12]);
});

it('reads from the store again when its session was too slow, instead of keeping events in memory', async () => {
  world.observe(0);
  await settled();
  world.hasRoom = false;
  for (let i = 0; i < 5; i += 1) world.commit(2);
  expect(world.seen).toEqual([]);
  world.makeRoom();
  await settled();
  world.commit(1);
  expect(world.seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

it('is silent after it is closed', async () => {
  world.observe(0);
  await settled();
  const frames = world.frames.length;
  world.observer?.close();
  world.commit(1);
  await settled();
  expect(world.frames).toHaveLength(frames);
});
