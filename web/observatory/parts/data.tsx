/** What an event says, or a service answers: JSON, indented. */
import type { Json } from '../../../common/protocol/messages.js';
import styles from './parts.module.css';

export function DataBlock({ data, label }: { data: Json; label: string }) {
  return (
    // A region that scrolls can be reached by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles.data} aria-label={label} tabIndex={0}>
      <pre>{JSON.stringify(data, null, 2)}</pre>
    </section>
  );
}

/** In a cell: one line, as much of it as there is room. */
export function DataLine({ data, masked = false }: { data: Json; masked?: boolean | undefined }) {
  if (masked) return <span className={styles.masked}>masked</span>;
  return <code className={styles.dataLine}>{JSON.stringify(data)}</code>;
}

/** In place of data that nobody is shown. */
export function Masked() {
  return <p className={styles.masked}>Masked: that it happened is known; what it says is shown to nobody.</p>;
}
