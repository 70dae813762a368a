/** A new customer: a name that nobody has, and a password. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type SyntheticEvent, useState } from 'react';
import { useServices } from '../app/services.js';
import { Button } from '../components/button.js';
import { Card } from '../components/card.js';
import { Field } from '../components/field.js';
import { Page } from '../components/page.js';
import { registrationMistakes } from './registration.js';
import styles from './session.module.css';
import { type Credentials, useSubmit } from './use-submit.js';

export function RegisterPage() {
  const { next } = useSearch({ from: '/register' });
  const search = next === undefined ? {} : { next };
  return (
    <Page
      title="Register"
      width="narrow"
      intro="A name and a password; then open as many accounts as you like."
    >
      <Card>
        <RegisterForm next={next} />
      </Card>
      <p>
        Already a customer?{' '}
        <Link to="/sign-in" search={search}>
          Sign in
        </Link>
      </p>
    </Page>
  );
}

function RegisterForm({ next }: { next: string | undefined }) {
  const { session } = useServices();
  const navigate = useNavigate();
  const [values, setValues] = useState<Credentials>({ username: '', password: '' });
  const [tried, setTried] = useState(false);
  const mistakes = tried ? registrationMistakes(values) : {};
  const { submit, busy, problem } = useSubmit(
    ({ username, password }) => session.register(username, password),
    () => void navigate({ href: next ?? '/accounts', replace: true }),
  );
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(registrationMistakes(values)).length === 0) submit(values);
  };
  const refused = (field: string) => (problem?.field === field ? problem.message : undefined);
  return (
    <form className={styles.form} onSubmit={send} noValidate>
      {problem && problem.field !== 'username' && problem.field !== 'password' && (
        <p className={styles.problem} role="alert">
          {problem.message}
        </p>
      )}
      <Field
        label="User name"
        name="username"
        autoComplete="username"
        hint="Letters, digits, dot, dash and underscore."
        value={values.username}
        onChange={(username) => setValues({ ...values, username })}
        error={mistakes.username ?? refused('username')}
        required
      />
      <Field
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        hint="At least 8 characters."
        value={values.password}
        onChange={(password) => setValues({ ...values, password })}
        error={mistakes.password ?? refused('password')}
        required
      />
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? 'Registering …' : 'Register'}
      </Button>
    </form>
  );
}
