/** Things of the log as they are named on every page: each goes to the page of the thing itself. */
import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
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

export function EventLink({ position, children }: { position: string; children?: ReactNode }) {
  return (
    <PlainLink to={`/observatory/events/${encodeURIComponent(position)}`} className={styles.figures}>
      {children ?? position}
    </PlainLink>
  );
}

export function KeyLink({ name }: { name: string }) {
  return (
    <PlainLink to={`/observatory/keys/${encodeURIComponent(name)}`} className={styles.key}>
      {name}
    </PlainLink>
  );
}

/** By its end: the beginning is the time, and the same for neighbours. */
export function TraceLink({ correlation }: { correlation: string }) {
  return (
    <PlainLink
      to={`/observatory/traces/${encodeURIComponent(correlation)}`}
      title={correlation}
      className={styles.figures}
    >
      …{correlation.slice(-8)}
    </PlainLink>
  );
}

interface PlainLinkProps {
  to: string;
  title?: string;
  className: string | undefined;
  children: ReactNode;
}

/** A flood of events makes a thousand links a second; the router's own, which watch where one is, would hold the page up. */
function PlainLink({ to, children, ...others }: PlainLinkProps) {
  const router = useRouter();
  const follow = (press: MouseEvent) => {
    if (press.button !== 0 || press.metaKey || press.ctrlKey || press.shiftKey || press.altKey) return;
    press.preventDefault();
    router.history.push(to);
  };
  return (
    <a href={to} onClick={follow} {...others}>
      {children}
    </a>
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
