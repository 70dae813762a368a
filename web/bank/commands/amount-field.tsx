/** Where an amount is typed: pounds and pence. What is wrong with it is said when the field is left, or the form is sent. */
import { useState } from 'react';
import { Field } from '../../components/field.js';
import { parseAmount } from '../../format/amount.js';

interface AmountFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** the form was sent as it is */
  tried: boolean;
  /** what the bank said to it */
  refusal?: string | undefined;
  hint?: string;
}

export function AmountField({ value, onChange, tried, refusal, hint }: AmountFieldProps) {
  const [left, setLeft] = useState(false);
  const amount = parseAmount(value);
  const mistake = !amount.ok && (tried || (left && amount.problem !== 'empty')) ? amount.message : undefined;
  return (
    <Field
      label="Amount"
      name="amount"
      before="£"
      inputMode="decimal"
      figures
      autoComplete="off"
      value={value}
      onChange={onChange}
      onBlur={() => setLeft(true)}
      error={mistake ?? refusal}
      {...(hint && { hint })}
      required
    />
  );
}
