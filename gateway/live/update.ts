import type { Json } from '../../common/protocol/messages.js';

/** A topic of a service, as the service calls it. */
export interface ServiceTopic {
  readonly clientType: string;
  readonly name: string;
  /** cursors count without a gap: whatever does not follow its predecessor says that something is missing */
  readonly gapless: boolean;
}

/** One update of a topic. However many watch it, it becomes text once per form. */
export class Update {
  readonly #texts = new Map<string, string>();

  constructor(
    readonly cursor: number,
    readonly data: Json,
  ) {}

  /** @param form names the form; the same form is made once */
  text(form: string, make: (update: Update) => object): string {
    let text = this.#texts.get(form);
    if (text === undefined) {
      text = JSON.stringify(make(this));
      this.#texts.set(form, text);
    }
    return text;
  }
}
