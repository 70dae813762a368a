/** Time as a port: everything that needs the time is given a clock, so that tests and the simulation can hold it still. */
export interface Clock {
  /** Unix milliseconds. May stand still or run backwards, as the machine's clock may. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
