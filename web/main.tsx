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
import { keepFocus } from './app/keep-focus.js';
import { createQueries } from './app/queries.js';
import { readFailedAgain } from './app/read-again.js';
import { createPages } from './app/router.js';
import { ServicesProvider } from './app/services.js';
import { createToasts } from './app/toasts.js';
import { Unreachable } from './app/unreachable.js';
import { backoffMs } from './live/backoff.js';
import { openLiveConnection } from './live/connection.js';
import { browserNetwork } from './platform/network.js';
import { applyTheme } from './platform/preferences.js';
import { browserRandom } from './platform/random.js';
import { browserKeep, onChangeElsewhere, tabKeep } from './platform/storage.js';
import { browserTimers } from './platform/timers.js';
import { openSession, SIGNED_IN_HERE } from './session/session.js';

applyTheme();
const page = document.getElementById('root')!;
keepFocus(page);
void begin(createRoot(page));

async function begin(root: Root, attempt = 1): Promise<void> {
  try {
    await draw(root);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    unreachable(root, problem, attempt);
  }
}

/** Begun again when somebody presses, when there is a network, or after a while: whichever is first. */
function unreachable(root: Root, problem: Problem, attempt: number): void {
  const again = () => {
    cancel();
    stop();
    void begin(root, attempt + 1);
  };
  const cancel = browserTimers.after(backoffMs(attempt, browserRandom), again);
  const stop = browserNetwork.subscribe(again);
  root.render(<Unreachable problem={problem} again={again} />);
}

async function draw(root: Root): Promise<void> {
  const session = await openSession({
    request,
    clock: systemClock,
    timers: browserTimers,
    browser: browserKeep,
    tab: tabKeep,
    beginAnew: () => window.location.reload(),
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
  const queries = createQueries(session);
  readFailedAgain(queries, { live, timers: browserTimers, random: browserRandom });
  root.render(
    <QueryClientProvider client={queries}>
      <ServicesProvider services={services}>
        <RouterProvider router={createPages(services)} />
      </ServicesProvider>
    </QueryClientProvider>,
  );
}
