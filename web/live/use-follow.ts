import { useEffect, useEffectEvent } from 'react';
import type { LiveData, LiveTopic } from '../../common/pages/live.js';
import { useServices } from '../app/services.js';

/**
 * Hears a topic for as long as the component is there, from above `after` (as it was when the topic was chosen; the connection
 * keeps the place from then on). Without a topic nothing is followed.
 */
export function useFollow<Topic extends LiveTopic>(
  topic: Topic | undefined,
  after: number | undefined,
  heard: (data: LiveData<Topic>, cursor: number) => void,
): void {
  const { live } = useServices();
  const latest = useEffectEvent(heard);
  const from = useEffectEvent(() => after);
  useEffect(() => {
    if (topic === undefined) return undefined;
    return live.follow(topic, from(), (data, cursor) => latest(data, cursor));
  }, [live, topic]);
}
