/**
 * The end of a turn of Node's event loop: what was gathered while the turn's sockets were read is done together there, in the order
 * in which the steps were named. One append per turn instead of one per event, one write per socket instead of one per frame.
 */
export class Turn {
  readonly #steps: (() => void)[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  /** Names a step to run at the end of every turn that was asked for. */
  atEnd(step: () => void): void {
    this.#steps.push(step);
  }

  /** Asks for the end of the current turn; asking twice is asking once. */
  request(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      for (const step of this.#steps) step();
    });
  }

  /** Forgets an end that was asked for. */
  cancel(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
  }
}
