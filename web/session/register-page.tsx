/** A new customer: a name that nobody has, and a password. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useServices } from '../app/services.js';
import { Card } from '../components/card.js';
import { Page } from '../components/page.js';
import { CredentialsForm } from './credentials-form.js';
import { registrationMistakes } from './registration.js';

const HINTS = {
  username: 'Letters, digits, dot, dash and underscore.',
  password: 'At least 8 characters.',
};

export function RegisterPage() {
  const { session } = useServices();
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/register' });
  const search = next === undefined ? {} : { next };
  return (
    <Page
      title="Register"
      width="narrow"
      intro="A name and a password; then open as many accounts as you like."
    >
      <Card>
        <CredentialsForm
          action="Register"
          busyAction="Registering …"
          password="new"
          hints={HINTS}
          mistakesOf={registrationMistakes}
          send={({ username, password }) => session.register(username, password)}
          onDone={() => void navigate({ href: next ?? '/accounts', replace: true })}
        />
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
