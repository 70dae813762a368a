import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine, RouteDeclaration } from '../types.js';

/**
 * What `/metrics` shows: the engine's counters, its state, and times and counts of the routes. A registry of its own, so
 * that several services can live in one process.
 */
export class ServiceMetrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #routeSeconds: Histogram<'route' | 'status'>;

  constructor(clientType: string, engine: Pick<Engine, 'counters' | 'state'>) {
    this.contentType = this.#registry.contentType;
    this.#registry.setDefaultLabels({ client_type: clientType });
    this.#routeSeconds = new Histogram({
      name: 'autokrator_route_seconds',
      help: 'Time that the engine took for a route, by route and status.',
      labelNames: ['route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [this.#registry],
    });
    this.#level('live', '1 while the service handles events and routes, else 0.', () =>
      engine.state().kind === 'live' ? 1 : 0,
    );
    for (const name of Object.keys(engine.counters())) {
      const help = `Of the engine: ${name.replaceAll('_', ' ')}.`;
      const value = () => engine.counters()[name] ?? 0;
      // What is running goes up and down; everything else only grows.
      if (name.endsWith('_running')) this.#level(name, help, value);
      else this.#count(name, help, value);
    }
  }

  /** A series per pattern, never per path: their number stays bounded. */
  answered({ method, pattern }: RouteDeclaration, status: number, seconds: number): void {
    this.#routeSeconds.observe({ route: `${method} ${pattern}`, status }, seconds);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #level(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `autokrator_service_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  #count(name: string, help: string, value: () => number): void {
    new Counter({
      name: `autokrator_service_${name}_total`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }
}
