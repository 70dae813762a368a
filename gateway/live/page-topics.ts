import type { Logger } from '../../common/log.js';
import type { Caller } from '../auth/access.js';
import type { Bus } from '../operator/bus.js';
import type { Control } from '../operator/control.js';
import { EventFollower } from '../operator/event-follower.js';
import type { Overview } from '../operator/overview.js';
import { Problem } from '../problem.js';
import { unavailable } from '../services/services.js';
import type { Settings } from '../settings.js';
import type { Hub, Unwatch } from './hub.js';
import type { Begun, OpenTopic, Tell } from './page-connection.js';
import type { Topics } from './topics.js';
import type { Update } from './update.js';

export interface PageTopicsParts {
  readonly hub: Pick<Hub, 'watch' | 'serves'>;
  readonly topics: Topics;
  readonly bus: Bus;
  readonly overview: Overview;
  readonly control: Pick<Control, 'watchPopulate'>;
  readonly settings: Settings;
  readonly log: Logger;
}

/** The topics of `WS /api/live`: which there are, for whom, and where their updates come from. */
export class PageTopics {
  #eventStreams = 0;

  constructor(private readonly parts: PageTopicsParts) {}

  /** @param unreadBytes what waits for this page */
  opener(unreadBytes: () => number): OpenTopic {
    return async (topic, after, caller, tell, begun, ended) => {
      switch (topic) {
        case 'events':
          requireOperator(caller);
          return this.#events(after, tell, begun, unreadBytes);
        case 'services':
          requireOperator(caller);
          begun();
          return this.parts.overview.watchServices(counted(topic, after, tell));
        case 'parked':
          requireOperator(caller);
          begun();
          return this.parts.overview.watchParked(counted(topic, after, tell));
        case 'populate':
          requireOperator(caller);
          return this.#populate(counted(topic, after, tell), begun);
        default:
          return this.#own(topic, after, caller, tell, begun, ended);
      }
    };
  }

  async #own(
    name: string,
    after: number | undefined,
    caller: Caller,
    tell: Tell,
    begun: Begun,
    ended: (problem: Problem) => void,
  ): Promise<Unwatch> {
    const { hub, topics } = this.parts;
    const { topic, now } = await topics.own(name, caller);
    if (!hub.serves(topic.clientType)) throw unavailable(topic.clientType);
    // Without gaps the newest cursor is the number of updates there are; of other topics nobody knows it.
    const head = topic.gapless ? await headOf(now, after) : undefined;
    const from = after ?? head ?? (await now());
    begun(head);
    const frame = ({ cursor, data }: Update) => ({ type: 'update', topic: name, cursor, data });
    return hub.watch(
      topic,
      from,
      (update) => tell(update.cursor, update.text('page', frame)),
      () => ended(unavailable(topic.clientType)),
    );
  }

  /** What the launcher tells before it has answered is told behind `begun` as well. */
  async #populate(tell: (data: object) => void, begun: Begun): Promise<Unwatch> {
    const early: object[] = [];
    let hear = (data: object): unknown => early.push(data);
    const unwatch = await this.parts.control.watchPopulate((data) => hear(data));
    begun();
    for (const data of early) tell(data);
    hear = tell;
    return unwatch;
  }

  #events(after: number | undefined, tell: Tell, begun: Begun, unreadBytes: () => number): Unwatch {
    const { bus, settings, log } = this.parts;
    if (this.#eventStreams >= settings.eventStreamsMax)
      throw new Problem('rate_limited', 'Too many pages follow the events just now.');
    this.#eventStreams += 1;
    const follower = new EventFollower({
      bus,
      settings,
      log,
      after,
      unreadBytes,
      begun,
      // The events are JSON already; they leave as the bus wrote them.
      tell: (cursor, events) =>
        tell(cursor, `{"type":"update","topic":"events","cursor":${cursor},"data":[${events.join(',')}]}`),
    });
    return () => {
      follower.stop();
      this.#eventStreams -= 1;
    };
  }
}

/** Who names a cursor goes on from it, also while the newest one cannot be read. */
function headOf(now: () => Promise<number>, after: number | undefined): Promise<number | undefined> {
  return after === undefined ? now() : now().catch(() => undefined);
}

function requireOperator({ operator }: Caller): void {
  if (!operator) throw new Problem('forbidden', 'This is for operators.');
}

/** What is always told as a whole has no cursor of its own: the page's frames are counted. */
function counted(topic: string, after: number | undefined, tell: Tell): (data: object) => void {
  let cursor = after ?? 0;
  return (data) => {
    cursor += 1;
    tell(cursor, JSON.stringify({ type: 'update', topic, cursor, data }));
  };
}
