import { type SyntheticEvent, useState } from 'react';
import type { AccountSummary } from '../../../common/pages/bank.js';
import { useLiveStatus } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Choice, Field } from '../../components/field.js';
import { focusFirstMistake } from '../../components/focus-mistake.js';
import { formatMoney } from '../../format/money.js';
import { whyNoMoney } from '../../live/status.js';
import { AmountField } from '../commands/amount-field.js';
import styles from '../commands/commands.module.css';
import { accountNumber, type OrderText, readOrder } from './order.js';
import { useRecipient } from './use-recipient.js';

interface OrderFormProps {
  accounts: readonly AccountSummary[];
  values: OrderText;
  edit: (change: Partial<OrderText>) => void;
  review: () => void;
}

const NOTE_MAX = 140;

export function OrderForm({ accounts, values, edit, review }: OrderFormProps) {
  const why = whyNoMoney(useLiveStatus());
  const [tried, setTried] = useState(false);
  const read = readOrder(values);
  const recipient = useRecipient(accountNumber(values.to));
  const mistakes = tried && !read.ok ? read.mistakes : {};
  const payer = accounts.find(({ id }) => String(id) === values.from);
  const go = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    focusFirstMistake(event.currentTarget);
    if (read.ok && why === undefined && recipient.state !== 'missing') review();
  };
  return (
    <form className={styles.form} onSubmit={go} noValidate>
      <Choice
        label="From"
        value={values.from}
        onChange={(from) => edit({ from })}
        options={accounts.map(({ id, balance }) => ({
          value: String(id),
          label: `Account ${id} (${formatMoney(balance)})`,
        }))}
      />
      <Field
        label="To account"
        name="to"
        inputMode="numeric"
        autoComplete="off"
        value={values.to}
        onChange={(to) => edit({ to })}
        error={mistakes.to ?? (recipient.state === 'missing' ? recipient.words : undefined)}
        hint={
          <span role="status" className={recipient.state === 'there' ? styles.checked : undefined}>
            {recipient.words}
          </span>
        }
        required
      />
      <AmountField
        value={values.amount}
        onChange={(amount) => edit({ amount })}
        tried={tried}
        {...(payer && { hint: `${formatMoney(payer.balance)} is available.` })}
      />
      <Field
        label="Note (optional)"
        name="note"
        autoComplete="off"
        maxLength={NOTE_MAX}
        value={values.note}
        onChange={(note) => edit({ note })}
        hint="The recipient sees it."
      />
      <div className={styles.buttons}>
        <Button kind="primary" type="submit" why={why}>
          Review
        </Button>
      </div>
    </form>
  );
}
