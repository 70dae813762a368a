/** The operators' addresses, below /observatory; the pages come with the first visit. What is chosen on a page is part of its address. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from '../app/roots.js';
import { searchOf } from './search.js';

export const observatoryRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/observatory',
  component: lazyRouteComponent(() => import('./observatory-layout.js'), 'ObservatoryLayout'),
});

const getParentRoute = () => observatoryRoute;

export const liveRoute = createRoute({
  getParentRoute,
  path: '/',
  validateSearch: searchOf('types', 'key', 'correlation', 'sender', 'q'),
  component: lazyRouteComponent(() => import('./live/live-page.js'), 'LivePage'),
});

export const eventRoute = createRoute({
  getParentRoute,
  path: '/events/$position',
  component: lazyRouteComponent(() => import('./event/event-page.js'), 'EventPage'),
});

export const traceRoute = createRoute({
  getParentRoute,
  path: '/traces/$correlation',
  validateSearch: searchOf('view', 'event'),
  component: lazyRouteComponent(() => import('./trace/trace-page.js'), 'TracePage'),
});

export const keysRoute = createRoute({
  getParentRoute,
  path: '/keys',
  validateSearch: searchOf('prefix'),
  component: lazyRouteComponent(() => import('./keys/keys-page.js'), 'KeysPage'),
});

export const keyRoute = createRoute({
  getParentRoute,
  path: '/keys/$key',
  validateSearch: searchOf('step'),
  component: lazyRouteComponent(() => import('./keys/key-page.js'), 'KeyPage'),
});

export const servicesRoute = createRoute({
  getParentRoute,
  path: '/services',
  component: lazyRouteComponent(() => import('./services/services-page.js'), 'ServicesPage'),
});

export const parkedRoute = createRoute({
  getParentRoute,
  path: '/parked',
  validateSearch: searchOf('service'),
  component: lazyRouteComponent(() => import('./parked/parked-page.js'), 'ParkedPage'),
});

export const timeRoute = createRoute({
  getParentRoute,
  path: '/time',
  validateSearch: searchOf('service', 'path', 'at', 'than'),
  component: lazyRouteComponent(() => import('./time/time-page.js'), 'TimePage'),
});

export const totalsRoute = createRoute({
  getParentRoute,
  path: '/totals',
  component: lazyRouteComponent(() => import('./totals/totals-page.js'), 'TotalsPage'),
});

export const populateRoute = createRoute({
  getParentRoute,
  path: '/populate',
  component: lazyRouteComponent(() => import('./populate/populate-page.js'), 'PopulatePage'),
});

export const observatoryRoutes = [
  observatoryRoute.addChildren([
    liveRoute,
    eventRoute,
    traceRoute,
    keysRoute,
    keyRoute,
    servicesRoute,
    parkedRoute,
    timeRoute,
    totalsRoute,
    populateRoute,
  ]),
] as const;
