import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useServices } from '../app/services.js';
import { Card } from '../components/card.js';
import { Page } from '../components/page.js';
import { SignInForm } from './sign-in-form.js';

/** Sign in, and come back to the page that was asked for. */
export function SignInPage() {
  const { session } = useServices();
  const { next } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  return (
    <Page title="Sign in" width="narrow" intro="Your accounts, and every movement in them as it happens.">
      <Card>
        <SignInForm onDone={() => void navigate({ href: next ?? '/accounts', replace: true })} />
      </Card>
      {session.mode.auth && (
        <p>
          New here?{' '}
          <Link to="/register" search={next === undefined ? {} : { next }}>
            Open a bank login
          </Link>
        </p>
      )}
    </Page>
  );
}
