import { DEFAULT_LIMITS } from '../../common/protocol/limits.js';

/** What a script may pass; the bus and the state stores have the same bounds and would refuse later, far from the script's line. */
export const API_LIMITS = {
  keyBytesMax: DEFAULT_LIMITS.keyBytesMax,
  typeBytesMax: DEFAULT_LIMITS.typeBytesMax,
  clientTypeBytesMax: DEFAULT_LIMITS.clientTypeBytesMax,
  /** above it the embedded store cannot index the key */
  stateKeyBytesMax: 1024,
  /** a pattern of a route is part of the service's registration at the bus */
  patternBytesMax: 256,
  /** a topic is kept once per subscriber */
  topicBytesMax: 256,
  /** above it a log line is cut: it would drown the others */
  logBytesMax: 8192,
} as const;
