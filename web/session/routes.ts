/** The addresses of those who are not signed in yet. `next` is where they wanted to go: an address of ours, nothing else. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { rootRoute } from '../app/roots.js';
import type { Services } from '../app/services.js';
import { SignInPage } from './sign-in-page.js';

/** Said to be `undefined`, not left out: what a validator leaves out, the router takes from the address as it stands. */
const nextOf = ({ next }: Record<string, unknown>): { next?: string | undefined } => ({
  next: typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : undefined,
});

interface Visit {
  context: { services: Services };
  search: { next?: string | undefined };
}

/** Whoever is signed in goes on: here comes, too, a page that has begun anew because another person has signed in on it. */
const goOnIfSignedIn = ({ context, search }: Visit) => {
  if (context.services.session.get().state === 'signed-in')
    throw redirect({ href: search.next ?? '/accounts', replace: true });
};

export const beginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/accounts', replace: true });
  },
});

export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: nextOf,
  beforeLoad: goOnIfSignedIn,
  component: SignInPage,
});

export const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  validateSearch: nextOf,
  beforeLoad: goOnIfSignedIn,
  component: lazyRouteComponent(() => import('./register-page.js'), 'RegisterPage'),
});
