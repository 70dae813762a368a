import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../services/services.js';

/** What is measured elsewhere and asked for when the metrics are read. */
export interface Measured {
  readonly sockets: () => number;
  readonly topics: () => number;
  /** client types, and whether an instance is in rotation; one entry per instance */
  readonly instances: () => readonly { readonly clientType: string; readonly healthy: boolean }[];
}

/** Seconds. A read takes a few milliseconds; a service's own deadline is 15 s. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/** The numbers of the gateway for Prometheus, in a registry of its own: several gateways may live in one process. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'gateway_request_seconds',
    help: 'Requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #asked = new Counter({
    name: 'gateway_service_requests_total',
    help: 'Requests to instances of services, repeats included',
    labelNames: ['service', 'outcome'],
    registers: [this.#registry],
  });

  measure({ sockets, topics, instances }: Measured): void {
    const registers = [this.#registry];
    this.#gauge('gateway_sockets', 'Open WebSocket connections', sockets);
    this.#gauge('gateway_topics', 'Topics that are watched at services', topics);
    this.#gauge('gateway_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss());
    new Gauge({
      name: 'gateway_instances',
      help: 'Instances of services',
      labelNames: ['service', 'healthy'],
      registers,
      collect() {
        this.reset();
        for (const { clientType, healthy } of instances())
          this.inc({ service: clientType, healthy: `${healthy}` });
      },
    });
  }

  /** @param route the pattern: addresses themselves would be without number */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  readonly asked = (service: string, outcome: Outcome): void => this.#asked.inc({ service, outcome });

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}
