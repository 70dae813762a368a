import type { Expectation, Write } from '../../state/state-store.js';
import type { LiveState } from './live-state.js';
import { formatMark, type Mark, parseMark } from './marks.js';

/**
 * Applied marks to be changed in one commit: each is read once, changed as often as needed, expected as it was read and
 * written only if it has changed.
 */
export class MarkChanges {
  readonly #marks = new Map<string, { readonly text: string | undefined; readonly read: Mark; mark: Mark }>();

  constructor(private readonly state: Pick<LiveState, 'text'>) {}

  /** Takes a mark as it was read before, so that the commit expects what that reader knew. */
  know(key: string, text: string | undefined): Mark {
    const mark = parseMark(text);
    this.#marks.set(key, { text, read: mark, mark });
    return mark;
  }

  async read(key: string): Promise<Mark> {
    const known = this.#marks.get(key);
    return known ? known.mark : this.know(key, await this.state.text('mark', key));
  }

  async change(key: string, change: (mark: Mark) => Mark): Promise<void> {
    const mark = change(await this.read(key));
    const known = this.#marks.get(key);
    if (known) known.mark = mark;
  }

  text(key: string): string | undefined {
    return this.#marks.get(key)?.text;
  }

  /** what the commit changes, for those who wait for it */
  changed(): { space: 'mark'; key: string }[] {
    return this.#changed().map(({ key }) => ({ space: 'mark', key }));
  }

  expectations(): Expectation[] {
    return this.#changed().map(({ key, text }) => ({ space: 'mark', key, text }));
  }

  writes(): Write[] {
    return this.#changed().map(({ key, mark }) => ({
      op: 'set',
      space: 'mark',
      key,
      text: formatMark(mark),
    }));
  }

  #changed(): { key: string; text: string | undefined; mark: Mark }[] {
    const changed: { key: string; text: string | undefined; mark: Mark }[] = [];
    for (const [key, { text, read, mark }] of this.#marks)
      if (mark !== read && formatMark(mark) !== formatMark(read)) changed.push({ key, text, mark });
    return changed;
  }
}
