/**
 * Where the pages begin: makes what they share, asks who is signed in, draws. Areas: session/ (sign in, register), bank/,
 * observatory/; each adds its routes and loads its pages lazily. Under them, each knowing only those before it: format/ and
 * platform/, api/, the session, live/, app/services (what a page may use), components/, app/ (shell, router).
 */
import './design/tokens.css';
import './design/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot, type Root } from 'react-dom/client';
import { systemClock } from '../common/clock.js';
import { createApiClient } from './api/client.js';
import { Problem } from './api/problem.js';
import { request } from './api/request.js';
import { createQueries } from './app/queries.js';
import { createPages } from './app/router.js';
import { ServicesProvider } from './app/services.js';
import { createToasts } from './app/toasts.js';
import { Unreachable } from './app/unreachable.js';
import { openLiveConnection } from './live/connection.js';
import { browserNetwork } from './platform/network.js';
import { applyTheme } from './platform/preferences.js';
import { browserRandom } from './platform/random.js';
import { browserKeep, onChangeElsewhere, tabKeep } from './platform/storage.js';
import { browserTimers } from './platform/timers.js';
import { openSession, SIGNED_IN_HERE } from './session/session.js';

applyTheme();
void begin(createRoot(document.getElementById('root')!));

async function begin(root: Root): Promise<void> {
  try {
    await draw(root);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    root.render(<Unreachable problem={problem} again={() => void begin(root)} />);
  }
}

async function draw(root: Root): Promise<void> {
  const session = await openSession({
    request,
    clock: systemClock,
    timers: browserTimers,
    browser: browserKeep,
    tab: tabKeep,
  });
  onChangeElsewhere(SIGNED_IN_HERE, session.changedElsewhere);
  const live = openLiveConnection({
    session,
    open: () => new WebSocket(new URL('/api/live', window.location.href)),
    network: browserNetwork,
    clock: systemClock,
    timers: browserTimers,
    random: browserRandom,
  });
  const services = {
    session,
    api: createApiClient(session, request),
    live,
    toasts: createToasts(browserTimers),
  };
  root.render(
    <QueryClientProvider client={createQueries(session, live)}>
      <ServicesProvider services={services}>
        <RouterProvider router={createPages(services)} />
      </ServicesProvider>
    </QueryClientProvider>,
  );
}
