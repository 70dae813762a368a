/** As wide as a phone: the same width at which the pages' parts stand below each other. Asked when something is first drawn. */
export function isNarrow(): boolean {
  return window.matchMedia('(max-width: 46rem)').matches;
}
