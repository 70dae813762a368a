/** The operators' addresses, below /observatory; the pages come with the first visit. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from '../app/roots.js';

export const observatoryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/observatory',
  component: lazyRouteComponent(() => import('./observatory-page.js'), 'ObservatoryPage'),
});

export const observatoryRoutes = [observatoryRoute] as const;
