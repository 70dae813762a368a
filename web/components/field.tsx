/** A labelled place to type one text. The error is shown below it, joined to it for screen readers, and takes the hint's place. */
import type { ReactNode, Ref } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField } from 'react-aria-components/TextField';
import { cx } from '../design/cx.js';
import styles from './field.module.css';

export interface FieldProps {
  label: string;
  name: string;
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'password' | 'search' | 'date' | 'datetime-local';
  hint?: ReactNode;
  error?: string | undefined;
  autoComplete?: string;
  inputMode?: 'text' | 'numeric' | 'decimal';
  /** stands before what is typed, such as £ */
  before?: string;
  onBlur?: () => void;
  required?: boolean;
  maxLength?: number;
  max?: string;
  /** figures, to the right */
  figures?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

export function Field(props: FieldProps) {
  const { label, name, value, onChange, type = 'text', hint, error, before, onBlur, figures } = props;
  return (
    <TextField
      className={styles.field!}
      name={name}
      value={value}
      onChange={onChange}
      type={type}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      isRequired={props.required ?? false}
      {...(onBlur && { onBlur })}
      {...(props.autoComplete && { autoComplete: props.autoComplete })}
      {...(props.inputMode && { inputMode: props.inputMode })}
      {...(props.maxLength && { maxLength: props.maxLength })}
    >
      <Label className={styles.label!}>{label}</Label>
      <span className={styles.frame}>
        {before && (
          <span className={styles.before} aria-hidden="true">
            {before}
          </span>
        )}
        <Input
          className={cx(styles.input, figures && styles.figures)}
          {...(props.inputRef && { ref: props.inputRef })}
          {...(props.max && { max: props.max })}
        />
      </span>
      {error === undefined && hint && (
        <Text slot="description" className={styles.hint!}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error!}>
        <span role="alert">{error}</span>
      </FieldError>
    </TextField>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  error?: string | undefined;
  hint?: ReactNode;
}

/** One of a few: the browser's own list, which every phone and screen reader knows. */
export function Choice({ label, value, onChange, options, hint }: ChoiceProps) {
  return (
    <label className={styles.field}>
      <span className={styles.label}>{label}</span>
      <span className={styles.frame}>
        <select className={styles.input} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </span>
      {hint && <span className={styles.hint}>{hint}</span>}
    </label>
  );
}
