/**
 * The roots of the address tree: every page hangs below one of these. Areas add their own routes (bank/routes.ts,
 * observatory/routes.ts) and load their pages lazily; a page gets its parameters with `getRouteApi('/signed-in/…')`.
 */
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { Failed, NotFound } from './failed.js';
import type { Services } from './services.js';
import { Shell } from './shell.js';

export const rootRoute = createRootRouteWithContext<{ services: Services }>()({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Failed,
});

/** Only for those who have signed in; others sign in first and come back to where they wanted to go. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: Outlet,
  beforeLoad: ({ context, location }) => {
    if (context.services.session.get().state === 'anonymous')
      throw redirect({ to: '/sign-in', search: { next: location.href }, replace: true });
  },
});
