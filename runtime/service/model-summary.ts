import { HANDLER_KINDS } from '../api/declarations.js';
import type { ServiceModel } from './types.js';

/** What a script declared, for people: client type, events with their handlers, routes, topics. */
export function modelSummary({
  clientType,
  script,
  version,
  types,
  routes,
  resumes = [],
}: ServiceModel): string {
  const events = [...types].map(
    ([type, handlers]): Row => [
      type,
      HANDLER_KINDS.filter((kind) => handlers[kind] !== undefined).join(', '),
    ],
  );
  const addresses = routes.map(({ method, pattern }): Row => [method, pattern]);
  return [
    `${script} is the service ${clientType}, version ${version}.`,
    ...section('Events', events),
    ...section('Routes', addresses),
    ...(resumes.length > 0
      ? ['Topics that can be resumed:', ...resumes.map(({ pattern }) => `  ${pattern}`)]
      : []),
  ].join('\n');
}

type Row = readonly [string, string];

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [`${title}: none`];
  const width = Math.max(...rows.map(([first]) => first.length));
  return [`${title}:`, ...rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)];
}
