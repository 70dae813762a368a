/** An amount of money: aligned figures; a movement has its sign and, for those who do not see, its word. */
import { cx } from '../design/cx.js';
import { formatMoney } from '../format/money.js';
import styles from './money.module.css';

interface MoneyProps {
  /** whole pence */
  amount: number;
  /** a movement, not a balance: signed, and in words */
  movement?: boolean;
  size?: 'text' | 'large' | 'figure';
}

export function Money({ amount, movement = false, size = 'text' }: MoneyProps) {
  return (
    <span className={cx(styles.money, styles[size], movement && amount > 0 && styles.in)}>
      {movement && <span className="visually-hidden">{amount < 0 ? 'paid out' : 'paid in'} </span>}
      {formatMoney(amount, { sign: movement })}
    </span>
  );
}
