import type { Abort } from '../../lua/vm.js';
import { Checkpoint } from './checkpoint.js';
import { Contention } from './contention.js';
import { Events } from './events.js';
import { Healer } from './healer.js';
import { LazyMarks } from './lazy-marks.js';
import { LiveState } from './live-state.js';
import type { EngineParts } from './options.js';
import { Outbox } from './outbox.js';
import type { PreparedState } from './preparation.js';
import { RaisedMarks } from './raised-marks.js';
import { Routes } from './routes.js';
import type { Counters, LiveParts } from './service-parts.js';
import { StateWatch } from './state-watch.js';
import { Sweep } from './sweep.js';
import { Transactor } from './transactor.js';

/** Everything that works on one prepared state, wired up; thrown away as a whole when that state is lost. */
export interface LiveService {
  readonly events: Events;
  readonly routes: Routes;
  readonly lazyMarks: LazyMarks;
  readonly checkpoint: Checkpoint;
  readonly sweep: Sweep;
}

export function liveService(
  engine: EngineParts,
  counters: Counters,
  { generation, epoch }: PreparedState,
  trouble: (reason: Abort) => void,
): LiveService {
  const state = new LiveState(engine.store, generation, epoch);
  const watch = new StateWatch(state, engine.timers.after);
  const lazyMarks = new LazyMarks(state, watch, trouble);
  const parts: LiveParts = {
    ...engine,
    state,
    watch,
    lazyMarks,
    contention: new Contention(),
    raisedMarks: new RaisedMarks(),
    counters,
    trouble,
  };
  const outbox = new Outbox(parts);
  const healer = new Healer(parts);
  const transactor = new Transactor(parts, outbox, healer);
  return {
    events: new Events(parts, transactor, outbox),
    routes: new Routes(parts, transactor, outbox),
    lazyMarks,
    checkpoint: new Checkpoint(parts),
    sweep: new Sweep(parts, outbox),
  };
}
