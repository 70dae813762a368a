/** Around every page: the way past the header, the header with areas and connection, the news, and what every page ends with. */
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Button } from '../components/button.js';
import { ThemeSwitch, TimeSwitch } from '../components/switches.js';
import { meQuery } from '../session/me.js';
import { ConnectionState } from './connection-state.js';
import { Mark } from './mark.js';
import { useServices, useSession } from './services.js';
import styles from './shell.module.css';
import { ToastList } from './toast-list.js';

const SignInAgain = lazy(() => import('../session/sign-in-again.js'));

export function Shell() {
  const { session } = useServices();
  const { state } = useSession();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" className={styles.main}>
        <Outlet />
      </main>
      <footer className={styles.footer}>
        <TimeSwitch />
        <span>
          Autokrator {session.mode.version}
          {session.mode.demonstration && ' · demonstration'}
          {!session.mode.auth && ' · sign-in is switched off'}
        </span>
      </footer>
      <ToastList />
      {state === 'expired' && (
        <Suspense>
          <SignInAgain />
        </Suspense>
      )}
    </div>
  );
}

function Header() {
  const session = useSession();
  const signedIn = session.state !== 'anonymous';
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <Mark /> Autokrator
        </Link>
        {signedIn && <Areas />}
        <div className={styles.right}>
          <ConnectionState />
          <ThemeSwitch />
          {signedIn && <Person username={session.username} />}
        </div>
      </div>
    </header>
  );
}

function Areas() {
  const { api } = useServices();
  const me = useQuery(meQuery(api));
  return (
    <nav className={styles.areas} aria-label="Areas">
      <Link to="/accounts" className={styles.area}>
        Accounts
      </Link>
      <Link to="/send" className={styles.area}>
        Send
      </Link>
      {me.data?.operator && (
        <Link to="/observatory" className={styles.area}>
          Observatory
        </Link>
      )}
    </nav>
  );
}

function Person({ username }: { username: string }) {
  const { session, toasts } = useServices();
  const signOut = () => {
    session.signOut().catch((problem: Error) => toasts.show(`You are still signed in. ${problem.message}`));
  };
  return (
    <div className={styles.person}>
      <span className={styles.name} title={username}>
        {username}
      </span>
      <Button kind="quiet" small onPress={signOut}>
        Sign out
      </Button>
    </div>
  );
}
