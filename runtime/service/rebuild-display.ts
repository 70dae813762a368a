import type { Logger } from '../../common/log.js';
import type { EngineState } from './types.js';

/**
 * Shows how far a rebuild is, whenever there is one: a bar where people look on, log lines otherwise. It looks at the
 * engine's state now and then; the engine does not know of it.
 */
export interface RebuildDisplay {
  stop(): void;
}

const LOOK_MS = 100;
/** between two log lines of one rebuild */
const LINE_MS = 5000;

/** @param terminal where a bar is drawn; undefined = log lines */
export async function showRebuilds(
  state: () => EngineState,
  log: Logger,
  terminal: NodeJS.WriteStream | undefined,
): Promise<RebuildDisplay> {
  const view = terminal ? await barView(terminal) : lineView(log);
  let showing = false;
  const look = () => {
    const now = state();
    if (now.kind === 'rebuilding') {
      // Every start looks for what is missing; it is only worth telling if something is.
      showing ||= now.done < (now.total ?? 0);
      if (showing) view.progress(now.done, now.total);
    } else if (showing) {
      view.end(now.kind === 'live');
      showing = false;
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      if (showing) view.end(false);
    },
  };
}

interface View {
  /** counts are events; the total may be unknown */
  progress(done: number, total: number | undefined): void;
  /** the rebuild is over: complete, or broken off */
  end(complete: boolean): void;
}

function lineView(log: Logger): View {
  let nextLine = 0;
  return {
    progress(done, total) {
      const now = performance.now();
      if (now < nextLine) return;
      nextLine = now + LINE_MS;
      log.info({ done, total }, 'rebuilding the state from the events');
    },
    end(complete) {
      nextLine = 0;
      if (complete) log.info('the state is rebuilt');
    },
  };
}

/** The library is loaded only where a bar is drawn. */
async function barView(terminal: NodeJS.WriteStream): Promise<View> {
  const { SingleBar, Presets } = (await import('cli-progress')).default;
  const bar = new SingleBar(
    {
      format: 'rebuilding {bar} {percentage}% | {value} of {total} events',
      hideCursor: true,
      stream: terminal,
    },
    Presets.shades_classic,
  );
  let drawn = false;
  return {
    progress(done, total) {
      if (!drawn) bar.start(total ?? 0, done);
      drawn = true;
      if (total !== undefined) bar.setTotal(total);
      bar.update(done);
    },
    end(complete) {
      if (complete) bar.update(bar.getTotal());
      bar.stop();
      drawn = false;
    },
  };
}
