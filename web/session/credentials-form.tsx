/** A name, a password, and what became of them: the one form in which people say who they are. */
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { Button } from '../components/button.js';
import { Field } from '../components/field.js';
import { focusFirstMistake } from '../components/focus-mistake.js';
import styles from './session.module.css';
import { type Credentials, type Mistakes, useSubmit } from './use-submit.js';

interface CredentialsFormProps {
  username?: string;
  /** of the button, and while it is being carried out */
  action: string;
  busyAction: string;
  /** tells password managers which one it is; `none` where the mode has no sign-in */
  password: 'current' | 'new' | 'none';
  hints?: { username: string; password: string };
  /** what is wrong before it is sent */
  mistakesOf: (values: Credentials) => Mistakes;
  send: (values: Credentials) => Promise<void>;
  onDone: () => void;
  /** below the button; may fill the form in */
  children?: (fill: (values: Credentials) => void) => ReactNode;
}

export function CredentialsForm(props: CredentialsFormProps) {
  const { username = '', action, busyAction, password, hints, mistakesOf, children } = props;
  const [values, setValues] = useState<Credentials>({ username, password: '' });
  const [tried, setTried] = useState(false);
  const { submit, busy, problem } = useSubmit(props.send, props.onDone);
  const mistakes = tried ? mistakesOf(values) : {};
  const refused = (field: keyof Credentials) => (problem?.field === field ? problem.message : undefined);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    focusFirstMistake(event.currentTarget);
    if (Object.keys(mistakesOf(values)).length === 0) submit(values);
  };
  return (
    <form className={styles.form} onSubmit={send} noValidate>
      {problem && problem.field === undefined && (
        <p className={styles.problem} role="alert">
          {problem.message}
        </p>
      )}
      <Field
        label="User name"
        name="username"
        autoComplete="username"
        hint={hints?.username}
        value={values.username}
        onChange={(name) => setValues({ ...values, username: name })}
        error={mistakes.username ?? refused('username')}
        required
      />
      {password !== 'none' && (
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={`${password}-password`}
          hint={hints?.password}
          value={values.password}
          onChange={(text) => setValues({ ...values, password: text })}
          error={mistakes.password ?? refused('password')}
          required
        />
      )}
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? busyAction : action}
      </Button>
      {children?.(setValues)}
    </form>
  );
}
