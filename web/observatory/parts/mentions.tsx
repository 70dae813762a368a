/** Things of the log as they are named on every page: each goes to the page of the thing itself. */
import { Link } from '@tanstack/react-router';
import { cx } from '../../design/cx.js';
import type { Standing as StandingName } from '../standing.js';
import styles from './mentions.module.css';

/** Its colour only helps to find it again; the name says who it is. */
export function Service({ name }: { name: string }) {
  return <span className={cx(styles.service, styles[`hue${hueOf(name)}`])}>{name}</span>;
}

const HUES = 6;

/** The same for one name on every page (FNV-1a). */
function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const one of name) hash = Math.imul(hash ^ one.codePointAt(0)!, 0x01000193) >>> 0;
  return hash % HUES;
}

export function EventLink({ position, children }: { position: string; children?: React.ReactNode }) {
  return (
    <Link to="/observatory/events/$position" params={{ position }} className={styles.figures} preload={false}>
      {children ?? position}
    </Link>
  );
}

export function KeyLink({ name }: { name: string }) {
  return (
    <Link to="/observatory/keys/$key" params={{ key: name }} className={styles.key} preload={false}>
      {name}
    </Link>
  );
}

/** By its end: the beginning is the time, and the same for neighbours. */
export function TraceLink({ correlation }: { correlation: string }) {
  return (
    <Link
      to="/observatory/traces/$correlation"
      params={{ correlation }}
      title={correlation}
      className={styles.figures}
      preload={false}
    >
      …{correlation.slice(-8)}
    </Link>
  );
}

const MARKS: Record<StandingName, { mark: string; word: string }> = {
  handled: { mark: '✓', word: 'handled' },
  open: { mark: '…', word: 'owed, or just handled' },
  parked: { mark: '×', word: 'parked' },
};

/** How far it has come with one client type. */
export function Standing({ name, standing }: { name: string; standing: StandingName }) {
  const { mark, word } = MARKS[standing];
  return (
    <span className={cx(styles.standing, styles[standing])} title={`${name}: ${word}`}>
      <span aria-hidden="true">{mark}</span>
      {name}
      <span className="visually-hidden"> {word}</span>
    </span>
  );
}
