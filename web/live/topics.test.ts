import { describe, expect, it } from 'vitest';
import type { LiveTopic, LiveUpdate } from '../../common/pages/live.js';
import { createTopics, type Topics } from './topics.js';

let topics: Topics;

/** Somebody who wants a topic, is asked for, and keeps the cursors of what was heard. */
function listener(after?: number, name: LiveTopic = 'events') {
  const heard: number[] = [];
  const added = topics.add(name, after, (_, cursor) => heard.push(cursor));
  return { heard, remove: added.remove, asks: added.ask && topics.ask(name) };
}

/** What comes over the connection. */
const comes = (cursors: readonly number[], topic: LiveTopic = 'events') => {
  for (const cursor of cursors) topics.deliver({ type: 'update', topic, cursor, data: [] } as LiveUpdate);
};
const subscribed = (head?: number) => topics.answered('events', 'subscribed', head);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('a listener that joins below a running stream', () => {
  it('misses nothing when updates of that stream come before the answer to the new ask', () => {
    topics = createTopics();
    const early = listener(100);
    subscribed(100);
    comes(range(101, 120));
    const late = listener(100);
    expect([late.asks, topics.after('events')]).toEqual([true, 100]);
    comes(range(121, 125));
    subscribed(125);
    comes(range(101, 126));
    expect(late.heard).toEqual(range(101, 126));
    expect(early.heard).toEqual(range(101, 126));
  });

  it('is asked for after the answer that is under way, and takes that for nobody’s but its own ask’s', () => {
    topics = createTopics();
    const early = listener(100);
    const late = listener(90);
    expect([early.asks, late.asks]).toEqual([true, false]);
    expect(subscribed(100)).toBe('subscribe');
    expect(topics.after('events')).toBe(90);
    comes([101, 102]);
    expect(subscribed(102)).toBeUndefined();
    comes(range(91, 103));
    expect(early.heard).toEqual([101, 102, 103]);
    expect(late.heard).toEqual(range(91, 103));
  });

  it('does not wait for answers that went with their connection', () => {
    topics = createTopics();
    listener(100);
    const late = listener(90);
    topics.lost();
    expect(topics.ask('events')).toBe(true);
    expect(subscribed(92)).toBeUndefined();
    comes([91, 92]);
    expect(late.heard).toEqual([91, 92]);
  });

  it('is not asked for twice when what is unavailable is asked for again meanwhile', () => {
    topics = createTopics();
    listener(100);
    topics.answered('events', 'unavailable');
    expect([topics.ask('events'), topics.ask('events')]).toEqual([true, false]);
    expect(topics.answered('events', 'unavailable')).toBeUndefined();
    expect(topics.summary().unavailable).toEqual(['events']);
  });

  it('waits for the ask of another as well, if that brings what it lacks', () => {
    topics = createTopics();
    listener(100);
    subscribed(100);
    comes(range(101, 120));
    listener(100);
    const third = listener(110);
    expect(third.asks).toBe(false);
    comes([121]);
    subscribed(121);
    comes(range(101, 122));
    expect(third.heard).toEqual(range(111, 122));
  });
});

describe('a topic that is given up and wanted again before the first ask is answered', () => {
  it('is asked for anew, and hears nothing of the first ask', () => {
    topics = createTopics();
    expect(listener().remove()).toBeUndefined();
    const again = listener();
    expect(again.asks).toBe(false);
    expect(subscribed(100)).toBe('subscribe');
    comes([101]);
    expect(subscribed(103)).toBeUndefined();
    comes([104]);
    expect([again.heard, topics.after('events')]).toEqual([[104], 104]);
  });

  it('is unsubscribed with the answer if nobody wants it by then', () => {
    topics = createTopics();
    listener().remove();
    expect(topics.summary().waiting).toBe(0);
    expect(subscribed(100)).toBe('unsubscribe');
    expect(subscribed(100)).toBeUndefined();
  });
});

describe('a listener that names no cursor', () => {
  it('has one from the answer on: where the topic was', () => {
    topics = createTopics();
    listener();
    expect(topics.after('events')).toBeUndefined();
    subscribed(100);
    topics.lost();
    expect(topics.after('events')).toBe(100);
  });

  it('that joins a running topic goes on from how far that is known to be', () => {
    topics = createTopics();
    const first = listener();
    subscribed(100);
    comes([101]);
    const second = listener();
    first.remove();
    topics.lost();
    expect([second.asks, topics.after('events')]).toEqual([false, 101]);
  });

  it('begins anew with each connection where cursors do', () => {
    topics = createTopics();
    const { heard } = listener(undefined, 'parked');
    topics.answered('parked', 'subscribed');
    comes([1, 2], 'parked');
    topics.lost();
    topics.ask('parked');
    topics.answered('parked', 'subscribed');
    comes([1], 'parked');
    expect(heard).toEqual([1, 2, 1]);
  });
});
