import type { HostFunction } from '../lua/vm.js';
import { functionArgument, integerArgument, jsonArgument, textArgument } from './arguments.js';
import { handlerOf } from './context.js';
import type { Declarations } from './declarations.js';
import { API_LIMITS } from './limits.js';

/**
 * The global `updates`: news for whoever watches a topic. What a handler publishes leaves after its commit, and not at all
 * if it fails; a resume handler tells from the state what a topic's updates were.
 */
export function updatesApi(declarations: Declarations): Readonly<Record<string, HostFunction>> {
  return {
    publish: (context, topic, data, cursor) => {
      handlerOf(context).publish(
        textArgument(PUBLISH, 'topic', topic, API_LIMITS.topicBytesMax),
        jsonArgument(PUBLISH, 'data', data, 'an update without data carries an empty table {}'),
        cursor === undefined ? undefined : integerArgument(PUBLISH, 'cursor', cursor, { min: 0 }),
      );
      return undefined;
    },
    resume: (_, pattern, handler) => {
      declarations.resume(
        RESUME,
        textArgument(RESUME, 'pattern', pattern, API_LIMITS.topicBytesMax),
        functionArgument(RESUME, 'handler', handler),
      );
      return undefined;
    },
  };
}

const PUBLISH = 'updates:publish';
const RESUME = 'updates:resume';
