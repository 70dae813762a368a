/**
 * Work that is wanted by whoever asks, and done once for all of them: one run at a time. Who has waited long enough goes away; the run goes
 * on behind.
 */
export class SharedWork {
  #run: Promise<void> | undefined;

  /** @param work does not reject */
  constructor(private readonly work: () => Promise<void>) {}

  /** Resolves when the run has ended that is under way or begins now, or when `patienceMs` are over. */
  async wait(patienceMs: number): Promise<void> {
    this.#run ??= this.work().finally(() => {
      this.#run = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.#run, enough]);
    clearTimeout(timer);
  }
}
