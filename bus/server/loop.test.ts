import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../common/log.js';
import { InvariantError } from '../core/invariant.js';
import type { Effect, Input } from '../core/types.js';
import { type EventStore, type LogRecord, StoreError } from '../store/event-store.js';
import { Loop, type OutwardEffect } from './loop.js';
import { Turn } from './turn.js';

const record: LogRecord = { kind: 'started', incarnation: 1, time: 0 };
const connected = (sessionId: number): Input => ({ kind: 'connected', sessionId });
const drained = (sessionId: number): Effect => ({ kind: 'drained', sessionId });

/** A core that answers each input as the test says, and notes what it hears. Ticks are not noted. */
class ScriptedCore {
  readonly heard: Input[] = [];
  answer: (input: Input) => Effect[] = () => [];

  apply(_now: number, input: Input): Effect[] {
    if (input.kind === 'tick') return [];
    this.heard.push(input);
    return this.answer(input);
  }
}

describe('the loop', () => {
  let core: ScriptedCore;
  let appended: (readonly LogRecord[])[];
  let outcome: () => Promise<void>;
  let performed: OutwardEffect[];
  let broken: unknown[];
  let loop: Loop;
  let onPerform: (effect: OutwardEffect) => void;

  beforeEach(() => {
    core = new ScriptedCore();
    appended = [];
    performed = [];
    broken = [];
    outcome = () => Promise.resolve();
    onPerform = () => undefined;
    const store = {
      append: (records: readonly LogRecord[]) => {
        appended.push(records);
        return outcome();
      },
      owed: (_type: string, { after }: { after: number }) =>
        after === 0
          ? Promise.resolve({ events: [], next: 9, end: true })
          : Promise.reject(new StoreError('unavailable', 'away')),
    };
    loop = new Loop({
      core,
      store: store as unknown as EventStore,
      clock: { now: () => 0 },
      turn: new Turn(),
      log: silentLogger,
      tickMs: 10,
      perform: (effect) => {
        performed.push(effect);
        onPerform(effect);
      },
      broken: (error) => broken.push(error),
    });
    loop.start();
  });

  afterEach(() => loop.stop());

  it('appends once what several inputs of one turn want to append, and reports it as durable', async () => {
    let append = 0;
    core.answer = (input) => {
      if (input.kind !== 'connected') return [];
      append += 1;
      return [{ kind: 'append', append, records: [record] }];
    };
    loop.submit(connected(1));
    loop.submit(connected(2));
    await loop.idle();
    expect(appended).toEqual([[record, record]]);
    expect(core.heard.at(-1)).toEqual({ kind: 'appended', append: 2 });
  });

  it('applies an input that arises from an effect after the effects of the current one', () => {
    core.answer = (input) => (input.kind === 'connected' ? [drained(input.sessionId), drained(100)] : []);
    onPerform = (effect) => {
      if (effect.kind === 'drained' && effect.sessionId === 1) loop.submit(connected(2));
    };
    loop.submit(connected(1));
    expect(performed).toEqual([drained(1), drained(100), drained(2), drained(100)]);
  });

  it('tells the core about a failed append, and everybody when the store works again', async () => {
    core.answer = (input) =>
      input.kind === 'connected' ? [{ kind: 'append', append: input.sessionId, records: [record] }] : [];
    outcome = () => Promise.reject(new StoreError('unavailable', 'disk full'));
    loop.submit(connected(1));
    await loop.idle();
    expect(core.heard.at(-1)).toEqual({ kind: 'append-failed', append: 1, reason: 'disk full' });
    expect(loop.storeError).toBe('disk full');
    outcome = () => Promise.resolve();
    loop.submit(connected(2));
    await loop.idle();
    expect(core.heard.at(-1)).toEqual({ kind: 'appended', append: 2 });
    expect(loop.storeError).toBeUndefined();
  });

  it('reads what is owed and hands it to the core, or says that it could not', async () => {
    const heard = (kind: string): Promise<void> =>
      new Promise((resolve) => {
        const answer = core.answer;
        core.answer = (input) => {
          if (input.kind === kind) resolve();
          return answer(input);
        };
      });
    core.answer = (input) => {
      if (input.kind !== 'connected') return [];
      return [
        { kind: 'read-owed', read: input.sessionId, clientType: 'a', after: input.sessionId, limit: 5 },
      ];
    };
    const read = heard('owed');
    loop.submit(connected(0));
    await read;
    expect(core.heard.at(-1)).toEqual({ kind: 'owed', read: 0, events: [], next: 9, end: true });
    const failed = heard('read-failed');
    loop.submit(connected(1));
    await failed;
    expect(core.heard.at(-1)).toEqual({ kind: 'read-failed', read: 1, reason: 'away' });
  });

  it('lets time pass for the core', async () => {
    const ticks = new Promise<void>((resolve) => {
      core.apply = (_now, input) => {
        if (input.kind === 'tick') resolve();
        return [];
      };
    });
    await ticks;
  });

  it('feeds nothing more after a broken invariant', () => {
    core.answer = () => {
      throw new InvariantError('a value was given twice');
    };
    loop.submit(connected(1));
    loop.submit(connected(2));
    expect(broken).toEqual([new InvariantError('a value was given twice')]);
    expect(core.heard).toEqual([connected(1)]);
  });
});
