/**
 * What is pressed. `primary`: the one thing a page is for; `plain`: everything else; `quiet`: in rows and headers.
 * A button that cannot be pressed says why: give `why`, and it stays reachable by keyboard and is read with its reason.
 */
import { Link, type LinkProps } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { cx } from '../design/cx.js';
import styles from './button.module.css';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

interface ButtonProps {
  children: ReactNode;
  kind?: Kind;
  type?: 'button' | 'submit';
  onPress?: () => void;
  /** being carried out: pressed again it does nothing */
  busy?: boolean;
  /** the reason it cannot be pressed */
  why?: string | undefined;
  label?: string;
  /** of what it opens and closes */
  expanded?: boolean;
  /** beside other things in a row or header */
  small?: boolean;
}

/** The browser's own button: keyboard, forms and screen readers know it. */
export function Button(props: ButtonProps) {
  const {
    children,
    kind = 'plain',
    type = 'button',
    onPress,
    busy = false,
    why,
    label,
    small,
    expanded,
  } = props;
  const reason = useId();
  const off = why !== undefined;
  return (
    <>
      <button
        type={off || busy ? 'button' : type}
        className={cx(styles.button, styles[kind], small && styles.small, off && styles.off)}
        aria-label={label}
        aria-describedby={off ? reason : undefined}
        aria-disabled={off || busy || undefined}
        aria-busy={busy || undefined}
        aria-expanded={expanded}
        onClick={off || busy ? undefined : onPress}
      >
        {children}
      </button>
      {off && (
        <span className={styles.why} id={reason}>
          {why}
        </span>
      )}
    </>
  );
}

/** Looks like a button, goes somewhere. */
export function ButtonLink({
  kind = 'plain',
  small = false,
  ...props
}: LinkProps & { kind?: Kind; small?: boolean }) {
  return <Link {...props} className={cx(styles.button, styles[kind], small && styles.small)} />;
}
