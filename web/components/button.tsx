/**
 * What is pressed. `primary`: the one thing a page is for; `plain`: everything else; `quiet`: in rows and headers.
 * A button that cannot be pressed says why: give `why`, and it stays reachable by keyboard and is read with its reason.
 */
import { Link, type LinkProps } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
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
  /** beside other things in a row or header */
  small?: boolean;
  form?: string;
}

export function Button({
  children,
  kind = 'plain',
  type = 'button',
  onPress,
  busy = false,
  why,
  label,
  small,
  form,
}: ButtonProps) {
  const reason = useId();
  const off = why !== undefined;
  return (
    <>
      <AriaButton
        type={off ? 'button' : type}
        className={cx(styles.button, styles[kind], small && styles.small, off && styles.off)}
        isPending={busy}
        {...(form !== undefined && { form })}
        {...(label !== undefined && { 'aria-label': label })}
        {...(off && { 'aria-describedby': reason })}
        {...(off ? { 'aria-disabled': true } : onPress && { onPress: () => onPress() })}
      >
        {children}
      </AriaButton>
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
