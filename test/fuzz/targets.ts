import type { Target } from './target.js';
import { busHttp } from './targets/bus-http.js';
import { codec } from './targets/codec.js';
import { frames } from './targets/frames.js';
import { scripts } from './targets/scripts.js';
import { serviceHttp } from './targets/service-http.js';
import { state } from './targets/state.js';

/** Everything that takes input from outside, by name. */
export const TARGETS: Readonly<Record<string, Target>> = Object.fromEntries(
  [codec, frames, busHttp, serviceHttp, scripts, state].map((target) => [target.name, target]),
);
