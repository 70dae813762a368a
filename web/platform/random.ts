/** The browser's chance as the port that everything else knows, and the ids that are made from it. */
import { systemClock } from '../../common/clock.js';
import { uuidV7Source } from '../../common/ids.js';
import type { Random } from '../../common/random.js';

const next32 = () => crypto.getRandomValues(new Uint32Array(1))[0]!;
const next = () => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53;

export const browserRandom: Random = { next, int: (n) => Math.floor(next() * n) };

/** A new UUID. Not `crypto.randomUUID`: that exists only on https and localhost. */
export const newId = uuidV7Source(systemClock, browserRandom);
