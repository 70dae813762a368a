/** The bank's addresses. What is chosen on a page is part of its address, so that it can be kept and sent to somebody. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { signedInRoute } from '../app/roots.js';
import { sendSearch } from './send/search.js';
import { statementSearch } from './statement/search.js';

const getParentRoute = () => signedInRoute;

export const accountsRoute = createRoute({
  getParentRoute,
  path: '/accounts',
  component: lazyRouteComponent(() => import('./accounts/accounts-page.js'), 'AccountsPage'),
});

export const statementRoute = createRoute({
  getParentRoute,
  path: '/accounts/$id',
  validateSearch: statementSearch,
  component: lazyRouteComponent(() => import('./statement/statement-page.js'), 'StatementPage'),
});

/** `done`: what became of the last one is shown. */
const cashSearch = ({ done }: Record<string, unknown>): { done?: true | undefined } => ({
  done: String(done) === 'true' || undefined,
});

export const depositRoute = createRoute({
  getParentRoute,
  path: '/accounts/$id/deposit',
  validateSearch: cashSearch,
  component: lazyRouteComponent(() => import('./cash/cash-page.js'), 'DepositPage'),
});

export const withdrawRoute = createRoute({
  getParentRoute,
  path: '/accounts/$id/withdraw',
  validateSearch: cashSearch,
  component: lazyRouteComponent(() => import('./cash/cash-page.js'), 'WithdrawPage'),
});

export const sendRoute = createRoute({
  getParentRoute,
  path: '/send',
  validateSearch: sendSearch,
  component: lazyRouteComponent(() => import('./send/send-page.js'), 'SendPage'),
});

export const bankRoutes = [accountsRoute, statementRoute, depositRoute, withdrawRoute, sendRoute] as const;
