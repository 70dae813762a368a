/** Those who wait until the bus has taken back what is out. It answers in order; a lost connection ends all of them: whoever asked asks again. */
export class Recalls {
  #asked: { resolve: () => void; reject: (error: Error) => void }[] = [];

  add(): Promise<void> {
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
  }

  answered(): void {
    this.#asked.shift()?.resolve();
  }

  /** The bus will not answer those that are open. */
  fail(reason: string): void {
    for (const { reject } of this.#asked.splice(0))
      reject(new Error(`the bus did not take back what is out: ${reason}`));
  }
}
