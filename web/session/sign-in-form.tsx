/**
 * Name and password: on the page, and in front of a page whose session is over. A wrong name and a wrong password get the
 * same sentence. In a demonstration the known users are offered; without sign-in a name is enough.
 */
import { type SyntheticEvent, useState } from 'react';
import type { DemoUser } from '../../common/pages/session.js';
import { useServices } from '../app/services.js';
import { Button } from '../components/button.js';
import { Field } from '../components/field.js';
import styles from './session.module.css';
import { type Credentials, useSubmit } from './use-submit.js';

interface SignInFormProps {
  /** who it was before */
  username?: string;
  onDone: () => void;
}

export function SignInForm({ username = '', onDone }: SignInFormProps) {
  const { session } = useServices();
  const [values, setValues] = useState<Credentials>({ username, password: '' });
  const { submit, busy, problem } = useSubmit(
    (given) => session.signIn(given.username.trim(), given.password),
    onDone,
  );
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    submit(values);
  };
  return (
    <form className={styles.form} onSubmit={send}>
      {problem && (
        <p className={styles.problem} role="alert">
          {problem.message}
        </p>
      )}
      <Field
        label="User name"
        name="username"
        autoComplete="username"
        value={values.username}
        onChange={(name) => setValues({ ...values, username: name })}
        required
      />
      {session.mode.auth && (
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          value={values.password}
          onChange={(password) => setValues({ ...values, password })}
          required
        />
      )}
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? 'Signing in …' : 'Sign in'}
      </Button>
      <DemoUsers users={session.mode.demo_users ?? []} choose={setValues} />
    </form>
  );
}

function DemoUsers({ users, choose }: { users: readonly DemoUser[]; choose: (values: Credentials) => void }) {
  if (users.length === 0) return null;
  return (
    <div className={styles.demo}>
      <p>This is a demonstration. Take the name of:</p>
      <ul>
        {users.map((user) => (
          <li key={user.username}>
            <Button small onPress={() => choose({ username: user.username, password: user.password })}>
              {user.username}
              {user.operator && ' (operator)'}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
