/**
 * Which topics are wanted, from which cursor, and by whom. Knows nothing of sockets.
 *
 * - Several listeners may want one topic; the gateway is asked once, after the lowest of their cursors, and each listener gets
 *   only what is above its own. So nobody misses an update or sees one twice, over reconnects too.
 * - One ask of a topic at a time. What comes before its answer belongs to the ask before it, and may leave out what the new one
 *   brings: a listener hears nothing before the answer to the ask that is for it too.
 * - Who names no cursor hears what comes next, and goes on from there after a cut, also if nothing has come yet.
 * - `services`, `parked` and `populate` are whole pictures and count anew on each connection: their cursors are not kept.
 */
import type { LiveTopic, LiveUpdate } from '../../common/pages/live.js';

type Heard = (data: LiveUpdate['data'], cursor: number) => void;

interface Listener {
  cursor: number | undefined;
  heard: Heard;
  /** answers of the gateway until what comes is meant for it too */
  answersDue: number;
}

interface Topic {
  listeners: Set<Listener>;
  /** what the gateway has said to our wish on this connection */
  answer: 'none' | 'subscribed' | 'unavailable' | 'refused';
  /** how far the topic was when it was subscribed, if the gateway says so */
  head: number | undefined;
  /** asks without an answer: one that was sent, and one that is sent after its answer */
  asks: 0 | 1 | 2;
}

/** What the gateway has to be told now. */
export type ToSay = 'subscribe' | 'unsubscribe' | undefined;

export interface Topics {
  /** `ask`: the gateway has to be asked (anew). */
  add(name: LiveTopic, after: number | undefined, heard: Heard): { ask: boolean; remove(): ToSay };
  names(): LiveTopic[];
  /** Whether to ask now; if not, `answered` says when. To be called before each ask that is not its idea. */
  ask(name: LiveTopic): boolean;
  /** The cursor to ask with; undefined: from now on. */
  after(name: LiveTopic): number | undefined;
  deliver(update: LiveUpdate): void;
  /** What the gateway says to an ask, or later: that it cannot go on. */
  answered(name: LiveTopic, answer: Topic['answer'], head?: number): ToSay;
  /** The connection is gone: nothing is subscribed any more. */
  lost(): void;
  /** How many topics are not confirmed yet, how many updates are known to be on their way, what is not available. */
  summary(): { waiting: number; behind: number; unavailable: LiveTopic[] };
}

const UNASKED = { answer: 'none', head: undefined, asks: 0 } as const;

const COUNTED_PER_CONNECTION: readonly LiveTopic[] = ['services', 'parked', 'populate'];

export function createTopics(): Topics {
  const topics = new Map<LiveTopic, Topic>();

  const after = (name: LiveTopic): number | undefined => {
    const cursors = [...(topics.get(name)?.listeners ?? [])].flatMap(({ cursor }) => cursor ?? []);
    return cursors.length === 0 ? undefined : Math.min(...cursors);
  };

  /** How far a topic is known to be: where "from now on" begins. */
  const newest = ({ head, listeners }: Topic): number | undefined => {
    const known = [head, ...[...listeners].map(({ cursor }) => cursor)].flatMap((cursor) => cursor ?? []);
    return known.length === 0 ? undefined : Math.max(...known);
  };

  /** Nobody wants it any more. What was asked has to be answered before anything else is said of it. */
  const end = (name: LiveTopic, topic: Topic): ToSay => {
    const { asks } = topic;
    Object.assign(topic, UNASKED);
    if (asks === 0) topics.delete(name);
    else topic.asks = 1;
    return asks === 0 ? 'unsubscribe' : undefined;
  };

  const wanted = () => [...topics].filter(([, { listeners }]) => listeners.size > 0);

  const behind = ([name, { head }]: [LiveTopic, Topic]): number => {
    const from = after(name);
    return head === undefined || from === undefined ? 0 : Math.max(0, head - from);
  };

  return {
    add(name, cursor, heard) {
      const through = after(name);
      const topic: Topic = topics.get(name) ?? { listeners: new Set(), ...UNASKED };
      const known = topic.listeners.size > 0;
      const ask = !known || (cursor !== undefined && (through === undefined || cursor < through));
      const answersDue = ask ? Math.min(2, topic.asks + 1) : topic.asks;
      const listener: Listener = { cursor: cursor ?? newest(topic), heard, answersDue };
      topics.set(name, topic);
      topic.listeners.add(listener);
      return {
        ask,
        remove() {
          const last = topic.listeners.delete(listener) && topic.listeners.size === 0;
          return last ? end(name, topic) : undefined;
        },
      };
    },
    names: () => wanted().map(([name]) => name),
    ask(name) {
      const topic = topics.get(name);
      if (!topic) return false;
      if (topic.asks === 0) {
        topic.asks = 1;
        return true;
      }
      // The one that is under way will do, unless somebody needs what only another one brings.
      if ([...topic.listeners].some(({ answersDue }) => answersDue > topic.asks)) topic.asks = 2;
      return false;
    },
    after,
    deliver({ topic, cursor, data }) {
      for (const listener of [...(topics.get(topic)?.listeners ?? [])]) {
        if (listener.answersDue > 0) continue;
        if (listener.cursor !== undefined && cursor <= listener.cursor) continue;
        listener.cursor = cursor;
        listener.heard(data, cursor);
      }
    },
    answered(name, answer, head) {
      const topic = topics.get(name);
      if (!topic) return undefined;
      Object.assign(topic, { answer, head, asks: Math.max(0, topic.asks - 1) });
      for (const listener of topic.listeners) {
        listener.answersDue = Math.max(0, listener.answersDue - 1);
        if (listener.answersDue === 0) listener.cursor ??= head;
      }
      if (topic.listeners.size === 0) return end(name, topic);
      return topic.asks > 0 ? 'subscribe' : undefined;
    },
    lost() {
      for (const [name, topic] of [...topics]) {
        Object.assign(topic, UNASKED);
        if (topic.listeners.size === 0) topics.delete(name);
        for (const listener of topic.listeners) {
          listener.answersDue = 0;
          if (COUNTED_PER_CONNECTION.includes(name)) listener.cursor = undefined;
        }
      }
    },
    summary() {
      const all = wanted();
      return {
        waiting: all.filter(([, { answer }]) => answer === 'none').length,
        behind: all.reduce((sum, entry) => sum + behind(entry), 0),
        unavailable: all.filter(([, { answer }]) => answer === 'unavailable').map(([name]) => name),
      };
    },
  };
}
