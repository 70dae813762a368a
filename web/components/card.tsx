/** A piece of paper on the desk: one subject, with or without a heading and things to do with it. */
import { type ReactNode, useId } from 'react';
import { cx } from '../design/cx.js';
import styles from './card.module.css';

interface CardProps {
  title?: ReactNode;
  /** beside the title */
  actions?: ReactNode;
  children: ReactNode;
  /** lists and charts reach its edges */
  flush?: boolean;
}

export function Card({ title, actions, children, flush = false }: CardProps) {
  const heading = useId();
  return (
    <section className={cx(styles.card, flush && styles.flush)} aria-labelledby={title ? heading : undefined}>
      {(title || actions) && (
        <header className={styles.header}>
          {title && <h2 id={heading}>{title}</h2>}
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
