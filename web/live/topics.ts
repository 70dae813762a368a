/**
 * Which topics are wanted, from which cursor, and by whom. Knows nothing of sockets.
 *
 * - Several listeners may want one topic; the gateway is asked once, after the lowest of their cursors, and each listener gets
 *   only what is above its own. So nobody misses an update or sees one twice, over reconnects too.
 * - A topic without a cursor starts with what comes next; from then on it has one.
 * - `services`, `parked` and `populate` are whole pictures and count anew on each connection: their cursors are not kept.
 */
import type { LiveTopic, LiveUpdate } from '../../common/pages/live.js';

type Heard = (data: LiveUpdate['data'], cursor: number) => void;

interface Listener {
  cursor: number | undefined;
  heard: Heard;
}

interface Topic {
  listeners: Set<Listener>;
  /** what the gateway has said to our wish on this connection */
  answer: 'none' | 'subscribed' | 'unavailable' | 'refused';
  /** how far the topic was when it was subscribed, if the gateway says so */
  head: number | undefined;
}

export interface Topics {
  /** `ask`: the gateway has to be told. `remove` says whether it was the last listener. */
  add(name: LiveTopic, after: number | undefined, heard: Heard): { ask: boolean; remove(): boolean };
  names(): LiveTopic[];
  /** The cursor to ask with; undefined: from now on. */
  after(name: LiveTopic): number | undefined;
  deliver(update: LiveUpdate): void;
  answered(name: string, answer: Topic['answer'], head?: number): void;
  /** The connection is gone: nothing is subscribed any more. */
  lost(): void;
  /** How many topics are not confirmed yet, how many updates are known to be on their way, what is not available. */
  summary(): { waiting: number; behind: number; unavailable: LiveTopic[] };
}

const COUNTED_PER_CONNECTION: readonly LiveTopic[] = ['services', 'parked', 'populate'];

export function createTopics(): Topics {
  const topics = new Map<LiveTopic, Topic>();

  const after = (name: LiveTopic): number | undefined => {
    const cursors = [...(topics.get(name)?.listeners ?? [])].flatMap(({ cursor }) => cursor ?? []);
    return cursors.length === 0 ? undefined : Math.min(...cursors);
  };

  const behind = ([name, { head }]: [LiveTopic, Topic]): number => {
    const from = after(name);
    return head === undefined || from === undefined ? 0 : Math.max(0, head - from);
  };

  return {
    add(name, cursor, heard) {
      const through = after(name);
      const topic = topics.get(name) ?? { listeners: new Set(), answer: 'none', head: undefined };
      const known = topic.listeners.size > 0;
      const ask = !known || (cursor !== undefined && (through === undefined || cursor < through));
      const listener: Listener = { cursor, heard };
      topics.set(name, topic);
      topic.listeners.add(listener);
      return {
        ask,
        remove() {
          const last = topic.listeners.delete(listener) && topic.listeners.size === 0;
          if (last) topics.delete(name);
          return last;
        },
      };
    },
    names: () => [...topics.keys()],
    after,
    deliver({ topic, cursor, data }) {
      for (const listener of [...(topics.get(topic)?.listeners ?? [])]) {
        if (listener.cursor !== undefined && cursor <= listener.cursor) continue;
        listener.cursor = cursor;
        listener.heard(data, cursor);
      }
    },
    answered(name, answer, head) {
      const topic = topics.get(name as LiveTopic);
      if (topic) Object.assign(topic, { answer, head });
    },
    lost() {
      for (const [name, topic] of topics) {
        Object.assign(topic, { answer: 'none', head: undefined });
        if (!COUNTED_PER_CONNECTION.includes(name)) continue;
        for (const listener of topic.listeners) listener.cursor = undefined;
      }
    },
    summary() {
      const all = [...topics];
      return {
        waiting: all.filter(([, { answer }]) => answer === 'none').length,
        behind: all.reduce((sum, entry) => sum + behind(entry), 0),
        unavailable: all.filter(([, { answer }]) => answer === 'unavailable').map(([name]) => name),
      };
    },
  };
}
