/**
 * The frame of every page: its title (in the window, and as the one h1), what can be done on it, its content. The shell puts the
 * focus on the h1 after a navigation, so that a screen reader says where one is.
 */
import type { ReactNode } from 'react';
import { cx } from '../design/cx.js';
import styles from './page.module.css';

interface PageProps {
  /** names the thing: "Account 7", not "Details" */
  title: string;
  /** in place of the title, where it is to be drawn with more than text */
  heading?: ReactNode;
  intro?: ReactNode;
  /** where this page belongs to: a link above the title */
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  width?: 'narrow' | 'page' | 'wide';
}

export function Page({ title, heading, intro, above, actions, children, width = 'page' }: PageProps) {
  return (
    <div className={cx(styles.page, width !== 'page' && styles[width])}>
      <title>{`${title} · Autokrator`}</title>
      {above && <div className={styles.above}>{above}</div>}
      <div className={styles.top}>
        <div>
          <h1 tabIndex={-1}>{heading ?? title}</h1>
          {intro && <p className={styles.intro}>{intro}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}
