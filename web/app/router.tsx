/** All addresses, put together; and what happens around a navigation: the guard is asked again when the session changes. */
import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import { bankRoutes } from '../bank/routes.js';
import { observatoryRoutes } from '../observatory/routes.js';
import { beginRoute, registerRoute, signInRoute } from '../session/routes.js';
import { Failed } from './failed.js';
import { focusTitle } from './keep-focus.js';
import { rootRoute, signedInRoute } from './roots.js';
import type { Services } from './services.js';

const tree = rootRoute.addChildren([
  beginRoute,
  signInRoute,
  registerRoute,
  signedInRoute.addChildren([...bankRoutes, ...observatoryRoutes]),
]);

export function createPages(services: Services) {
  const router = createRouter({
    routeTree: tree,
    context: { services },
    defaultErrorComponent: Failed,
    defaultPreload: 'intent',
    scrollRestoration: true,
    // What stands in an address is text, as one would type it: not JSON.
    parseSearch: parseSearchWith((text) => text),
    stringifySearch: stringifySearchWith(JSON.stringify),
  });
  services.session.subscribe(() => {
    if (services.session.get().state === 'anonymous') void router.invalidate();
  });
  // A screen reader says where one is; a key press goes on from there.
  router.subscribe('onRendered', ({ pathChanged, fromLocation }) => {
    if (pathChanged && fromLocation) focusTitle();
  });
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
