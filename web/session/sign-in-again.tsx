/** In front of a page whose session is over: the page, and what was typed into it, stays behind it. Loaded when it is needed. */
import { useServices, useSession } from '../app/services.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import styles from './session.module.css';
import { SignInForm } from './sign-in-form.js';

export default function SignInAgain() {
  const { session } = useServices();
  const now = useSession();
  if (now.state !== 'expired') return null;
  return (
    <Dialog title="You have been signed out">
      <p className={styles.soft}>Sign in to go on where you are. What you have typed is kept.</p>
      <SignInForm username={now.username} onDone={() => undefined} />
      <Button kind="quiet" onPress={() => void session.signOut().catch(() => undefined)}>
        Leave this page
      </Button>
    </Dialog>
  );
}
