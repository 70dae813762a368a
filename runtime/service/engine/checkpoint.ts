import { Abort } from '../../lua/vm.js';
import { META, positionOfCursor, setMeta } from './meta.js';
import type { LiveParts } from './service-parts.js';

/**
 * Moves the checkpoint behind the bus's `progress` messages.
 *
 * What the bus calls acknowledged has its effect in this store: handlers commit before they acknowledge, and what was handled on a state
 * that is gone cannot be acknowledged (preparation.ts). So the checkpoint may follow; it is only a place to begin at, and may lag without
 * harm. It never goes back. A store in which it has gone back is an older copy, set under our feet: the state has to be prepared again.
 */
export class Checkpoint {
  #reached: string | undefined;
  #moving: Promise<void> | undefined;
  /** the furthest this process has seen in the store */
  #known = 0;

  constructor(private readonly parts: LiveParts) {}

  /** @param acknowledged cursor */
  progress(acknowledged: string): void {
    this.#reached = acknowledged;
    this.#moving ??= this.#move().finally(() => {
      this.#moving = undefined;
    });
  }

  /** Resolves when everything reported so far is written, or given up because the store is away. */
  async settled(): Promise<void> {
    await this.#moving;
  }

  async #move(): Promise<void> {
    try {
      for (let next = this.#take(); next !== undefined; next = this.#take()) {
        await this.parts.lazyMarks.flush();
        await this.#write(next);
      }
    } catch (error) {
      if (error instanceof Abort) this.parts.trouble(error);
      else this.parts.log.error({ error }, 'the checkpoint could not be moved');
    }
  }

  #take(): string | undefined {
    const reached = this.#reached;
    this.#reached = undefined;
    return reached;
  }

  async #write(cursor: string): Promise<void> {
    const { state } = this.parts;
    const text = await state.text('meta', META.checkpoint);
    const read = { space: 'meta', key: META.checkpoint, text } as const;
    if (positionOfCursor(text) < this.#known)
      throw await state.wentBack('the checkpoint has gone back', read);
    this.#known = Math.max(positionOfCursor(text), this.#known);
    if (this.#known >= positionOfCursor(cursor)) return;
    const committed = await state.commit({
      expect: [read],
      writes: [setMeta('checkpoint', cursor)],
    });
    // Otherwise another instance has moved it; the next progress finds it further on.
    if (committed.done) this.#known = positionOfCursor(cursor);
  }
}
