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
    const registers = [this.#registry];
    this.contentType = this.#registry.contentType;
    this.#registry.setDefaultLabels({ client_type: clientType });
    this.#routeSeconds = new Histogram({
      name: 'autokrator_route_seconds',
      help: 'Time that the engine took for a route, by route and status.',
      labelNames: ['route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    new Gauge({
      name: 'autokrator_service_live',
      help: '1 while the service handles events and routes, 0 while it connects, rebuilds or stops.',
      registers,
      collect() {
        this.set(engine.state().kind === 'live' ? 1 : 0);
      },
    });
    for (const name of Object.keys(engine.counters())) {
      new Counter({
        name: `autokrator_service_${snakeCase(name)}_total`,
        help: `The engine's counter "${name}".`,
        registers,
        collect() {
          this.reset();
          this.inc(engine.counters()[name] ?? 0);
        },
      });
    }
  }

  /** A series per pattern, never per path: their number stays bounded. */
  answered({ method, pattern }: RouteDeclaration, status: number, seconds: number): void {
    this.#routeSeconds.observe({ route: `${method} ${pattern}`, status }, seconds);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
