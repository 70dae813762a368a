/**
 * The environment of a process that the launcher starts: the launcher's own, but of the options (`AUTOKRATOR_…`) only those that its plan
 * names. The launcher's options are not those of its children: one name may mean another thing there.
 */
import type { ProcessPlan } from './layout.js';

const OPTION = /^AUTOKRATOR_/;

export function childEnvironment(
  { env }: Pick<ProcessPlan, 'env'>,
  own: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([name]) => !OPTION.test(name));
  return { ...Object.fromEntries(inherited), ...env };
}
