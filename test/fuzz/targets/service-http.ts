import { System } from '../../support/system.js';
import { answerTo, type Example, requestBytes, statusesIn } from '../raw-http.js';
import { notHanging, type Target } from '../target.js';
import { checkResident } from './bus-under-fire.js';

const EXAMPLES: readonly (Example & { service: string })[] = [
  { service: 'users', method: 'POST', path: '/user', body: { username: 'bob', password: 'secret' } },
  { service: 'users', method: 'GET', path: '/user/ada' },
  { service: 'users', method: 'POST', path: '/user/ada' },
  { service: 'users', method: 'GET', path: '/user/ada/1' },
  { service: 'users', method: 'POST', path: '/login', body: { username: 'ada', password: 'secret' } },
  { service: 'users', method: 'POST', path: '/refresh', body: { refresh: 'x.y.z' } },
  { service: 'accounts', method: 'GET', path: '/account/1' },
  { service: 'accounts', method: 'GET', path: '/account/1/statement?after=0&limit=10' },
  { service: 'accounts', method: 'POST', path: '/account/1/deposit', body: { amount: 5 } },
  { service: 'accounts', method: 'POST', path: '/account/1/withdrawal', body: { amount: 5 } },
  {
    service: 'transactions',
    method: 'POST',
    path: '/createTransaction',
    body: { fromAccountId: 1, toAccountId: 2, amount: 3, note: 'n' },
  },
  { service: 'transactions', method: 'GET', path: '/transaction/1' },
  { service: 'loyalty', method: 'GET', path: '/points/1' },
  { service: 'accounts', method: 'GET', path: '/health_check' },
  { service: 'accounts', method: 'GET', path: '/metrics' },
];

/** The services of the bank, whole: requests as bytes on a socket. The first byte says to whom, the rest is sent. */
export const serviceHttp: Target = {
  name: 'service-http',
  share: 50,
  input(random) {
    const to = random.int(SERVICES.length);
    const own = EXAMPLES.filter(({ service }) => service === SERVICES[to]);
    return Buffer.concat([Buffer.of(to), requestBytes(random, own)]);
  },
  async open() {
    const system = await System.start();
    const ports = SERVICES.map((service) => Number(new URL(system.url(service)).port));
    const ada = await fetch(`${system.url('users')}/user`, { method: 'POST', body: '{"username":"ada"}' });
    if (ada.status !== 200) throw new Error(`no user can be made: ${await ada.text()}`);
    const pids = system.names().map((name) => [name, system.pid(name)] as const);
    return {
      async try(input) {
        if (input.length === 0) return;
        const answer = await answerTo(ports[input[0]! % ports.length]!, input.subarray(1));
        const bad = statusesIn(answer).find((status) => status >= 500);
        if (bad !== undefined)
          throw new Error(`answered ${answer.slice(0, 800)}\n${system.output.slice(-5).join('\n')}`);
      },
      async check() {
        for (const [name, pid] of pids) {
          if (system.pid(name) !== pid)
            throw new Error(`${name} has ended:\n${system.output.slice(-20).join('\n')}`);
          checkResident(pid);
        }
        const served = await notHanging(
          'an answer for the good client',
          fetch(`${system.url('users')}/user/ada`),
        );
        if (served.status !== 200) throw new Error(`the good client was answered ${served.status}`);
        await served.arrayBuffer();
        system.output.length = 0;
      },
      close: () => system.stop(),
    };
  },
};

const SERVICES = [...new Set(EXAMPLES.map(({ service }) => service))];
