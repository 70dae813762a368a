/**
 * Who is it: on the page, and in front of a page whose session is over. A wrong name and a wrong password get the same sentence. In a
 * demonstration the known users are offered; without sign-in a name is enough.
 */
import type { DemoUser } from '../../common/pages/session.js';
import { useServices } from '../app/services.js';
import { Button } from '../components/button.js';
import { CredentialsForm } from './credentials-form.js';
import styles from './session.module.css';
import type { Credentials, Mistakes } from './use-submit.js';

interface SignInFormProps {
  /** who it was before */
  username?: string;
  onDone: () => void;
}

export function SignInForm({ username = '', onDone }: SignInFormProps) {
  const { session } = useServices();
  const { auth, demo_users: demoUsers = [] } = session.mode;
  const mistakesOf = ({ username: name, password }: Credentials): Mistakes => ({
    ...(name.trim() === '' && { username: 'Enter your name.' }),
    ...(auth && password === '' && { password: 'Enter your password.' }),
  });
  return (
    <CredentialsForm
      username={username}
      action="Sign in"
      busyAction="Signing in …"
      password={auth ? 'current' : 'none'}
      mistakesOf={mistakesOf}
      send={(given) => session.signIn(given.username.trim(), given.password)}
      onDone={onDone}
    >
      {(fill) => demoUsers.length > 0 && <DemoUsers users={demoUsers} choose={fill} />}
    </CredentialsForm>
  );
}

function DemoUsers({ users, choose }: { users: readonly DemoUser[]; choose: (values: Credentials) => void }) {
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
