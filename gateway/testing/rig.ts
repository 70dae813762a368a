import type { Clock } from '../../common/clock.js';
import { silentLogger } from '../../common/log.js';
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.js';
import { StandInBank, type StandInInstance } from './stand-in-bank.js';

/** A real gateway before a bank of stand-ins, and a client of it. */
export class Rig {
  private constructor(
    readonly bank: StandInBank,
    readonly gateway: Gateway,
    readonly instances: readonly StandInInstance[],
    readonly clock: Clock & { ms: number },
  ) {}

  static async start(
    options: Partial<GatewayOptions> = {},
    types: readonly string[] = ['users', 'accounts', 'transactions'],
  ): Promise<Rig> {
    const bank = new StandInBank();
    const clock = { ms: 1_700_000_000_000, now: () => clock.ms };
    const instances = await Promise.all(types.map((type) => bank.instance(type)));
    const gateway = await startGateway({
      host: '127.0.0.1',
      port: 0,
      bus: 'http://127.0.0.1:1',
      services: instances,
      auth: true,
      operators: ['olga'],
      demonstration: false,
      documentation: false,
      origins: [],
      requestsPerMinute: 0,
      trustedProxies: 0,
      version: '1',
      log: silentLogger,
      clock,
      ...options,
      settings: { recoveryCheckMs: 20, reconnectMs: 5, ...options.settings },
    });
    return new Rig(bank, gateway, instances, clock);
  }

  of(clientType: string): StandInInstance[] {
    return this.instances.filter((instance) => instance.clientType === clientType);
  }

  /** Asks the gateway; `as` is a user, who gets a good access token. */
  async ask(
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const token = as === undefined ? {} : { authorization: `Bearer ${await this.bank.token('access', as)}` };
    const answer = await fetch(`${this.gateway.url}${path}`, {
      method,
      headers: { ...token, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: answer.headers,
    };
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.bank.close();
  }
}
