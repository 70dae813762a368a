/** The bank's addresses. What is chosen on a page is part of its address, so that it can be kept and sent to somebody. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from '../app/roots.js';

export const accountsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./accounts/accounts-page.js'), 'AccountsPage'),
});

export const sendRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/send',
  component: lazyRouteComponent(() => import('./send/send-page.js'), 'SendPage'),
});

export const bankRoutes = [accountsRoute, sendRoute] as const;
