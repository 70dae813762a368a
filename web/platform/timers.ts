/** Waiting as a port, so that tests hold the time still. */
export interface Timers {
  /** Calls back once after `ms` milliseconds; returns the way to prevent that. */
  after(ms: number, callback: () => void): () => void;
}

export const browserTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
