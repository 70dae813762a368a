/**
 * What the launcher does for the gateway's operators: kill an instance, fill the bank, show a state as it was. Answers come when the work is done, or, of a
 * filling, when it has begun.
 */
import type { ControlAnswer, ControlNews, ControlRequest } from '../common/control.js';
import { ERRORS } from '../common/errors.js';
import type { PastStates } from './as-of/past-states.js';
import { ControlRefusal } from './control-refusal.js';
import type { Filling } from './filling.js';
import type { Supervised } from './supervisor.js';

export interface Controlled {
  /** every process but the gateway itself */
  readonly processes: () => readonly Supervised[];
  readonly filling: Filling;
  readonly past: PastStates;
}

/** Answers whatever a process asks over its channel, and tells it how far the filling of the bank is. */
export function serveControl(asker: Pick<Supervised, 'onMessage' | 'send'>, controlled: Controlled): void {
  controlled.filling.onProgress((data) => asker.send({ news: 'populate', data } satisfies ControlNews));
  asker.onMessage((message) => {
    if (isRequest(message)) void answered(message, controlled).then((answer) => asker.send(answer));
  });
}

async function answered(request: ControlRequest, controlled: Controlled): Promise<ControlAnswer> {
  const { control } = request;
  try {
    const value = await perform(request, controlled);
    return { control, status: 200, text: JSON.stringify(value) };
  } catch (error) {
    const code = error instanceof ControlRefusal ? error.code : 'internal';
    const text = JSON.stringify({ error: (error as Error).message, code });
    return { control, status: ERRORS[code].status, text };
  }
}

async function perform({ method, path, body }: ControlRequest, controlled: Controlled): Promise<object> {
  const { pathname, searchParams } = new URL(path, 'control:/');
  const [, name] = /^\/instances\/([^/]+)\/kill$/.exec(pathname) ?? [];
  if (method === 'POST' && name !== undefined) return kill(decodeURIComponent(name), controlled.processes());
  if (method === 'POST' && pathname === '/populate/tell') return controlled.filling.tell();
  if (pathname === '/populate')
    return method === 'POST'
      ? controlled.filling.begin(JSON.parse(body ?? '{}'))
      : controlled.filling.progress;
  if (method === 'GET' && pathname === '/time') return controlled.past.ask(searchParams);
  throw new ControlRefusal('not_found', `The launcher has nothing at ${method} ${pathname}.`);
}

/** kill -9. The supervisor starts the process again; its keys move to others until then. */
function kill(name: string, processes: readonly Supervised[]): object {
  // An operator sees an instance by the address that it has told the bus.
  const found = processes.find(({ plan }) => plan.name === name || new URL(plan.url).port === portOf(name));
  if (found === undefined) throw new ControlRefusal('not_found', `There is no process ${name}.`);
  found.signal('SIGKILL');
  return { name: found.plan.name, killed: true };
}

function portOf(address: string): string | undefined {
  return /:(\d+)$/.exec(address)?.[1];
}

function isRequest(message: unknown): message is ControlRequest {
  return typeof message === 'object' && message !== null && 'control' in message && 'path' in message;
}
