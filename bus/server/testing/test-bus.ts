import { createEventStore } from '../../store/registry.js';
import { type BusOptions, type RunningBus, startBus } from '../server.js';
import { RawClient } from './raw-client.js';

/** A bus on a free port, over a memory store unless told otherwise, with the clients that were connected to it. */
export class TestBus {
  readonly running: RunningBus;
  readonly #clients: RawClient[] = [];

  private constructor(running: RunningBus) {
    this.running = running;
  }

  static async start(options: Partial<BusOptions> = {}): Promise<TestBus> {
    const store = options.store ?? (await createEventStore('memory'));
    return new TestBus(await startBus({ host: '127.0.0.1', port: 0, ...options, store }));
  }

  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.running.address);
    this.#clients.push(client);
    return client;
  }

  async get(path: string): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    return this.request('GET', path);
  }

  async request(
    method: string,
    path: string,
    body?: object | string,
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const answer = await fetch(`http://127.0.0.1:${this.running.port}${path}`, {
      method,
      ...(text !== undefined && { body: text, headers: { 'content-type': 'application/json' } }),
    });
    const json = method === 'HEAD' ? {} : await answer.json();
    return { status: answer.status, body: json as Record<string, unknown>, headers: answer.headers };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await this.running.stop();
  }
}
