import { HEALTH_PATH } from '../../api/declarations.js';
import type { TokenPort } from '../../api/tokens.js';
import type { Engine, EngineState, ServiceModel } from '../types.js';
import { progressOf } from './answers.js';
import type { ServiceMetrics } from './metrics.js';

/** A page that the host itself answers, with GET and HEAD. */
export type HostPage = () => Promise<{
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}>;

/**
 * The host's own pages by path:
 * - `/health_check` 200 `OK` while the service is live, else 503 with its state
 * - `/ready`        the same for machines: JSON with client type, script version, state
 * - `/metrics`      Prometheus text
 * - `/.well-known/jwks.json` the public keys with which anybody can verify the tokens that this service issues
 *
 * A script that declares one of these takes it over; `/health_check` it cannot declare.
 */
export function hostPages(
  model: ServiceModel,
  engine: Pick<Engine, 'state'>,
  metrics: ServiceMetrics,
  tokens: Pick<TokenPort, 'publicKeys'>,
): ReadonlyMap<string, HostPage> {
  const pages = new Map<string, HostPage>([
    [
      HEALTH_PATH,
      async () => {
        const state = engine.state();
        return { status: statusOf(state), contentType: 'text/plain; charset=utf-8', text: healthText(state) };
      },
    ],
    [
      '/ready',
      async () => {
        const state = engine.state();
        const body = { service: model.clientType, version: model.version, ...progressOf(state) };
        return { status: statusOf(state), contentType: JSON_TYPE, text: JSON.stringify(body) };
      },
    ],
    [
      '/.well-known/jwks.json',
      async () => ({
        status: 200,
        contentType: JSON_TYPE,
        text: JSON.stringify(await tokens.publicKeys()),
      }),
    ],
    ['/metrics', async () => ({ status: 200, contentType: metrics.contentType, text: await metrics.text() })],
  ]);
  for (const { pattern } of model.routes) pages.delete(pattern);
  return pages;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

function statusOf(state: EngineState): number {
  return state.kind === 'live' ? 200 : 503;
}

function healthText(state: EngineState): string {
  if (state.kind === 'live') return 'OK';
  if (state.kind !== 'rebuilding') return state.kind;
  return `rebuilding ${state.done}${state.total === undefined ? '' : ` of ${state.total}`} events`;
}
