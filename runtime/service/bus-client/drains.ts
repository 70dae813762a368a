/** Those who wait until the bus has nothing out at this session any more: for its answer, the connection's end, or a bounded time. */
export class Drains {
  readonly #waitMs: number;
  #waiting: (() => void)[] = [];

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  add(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, this.#waitMs);
      this.#waiting.push(done);
    });
  }

  end(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}
