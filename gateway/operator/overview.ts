import type { Clock } from '../../common/clock.js';
import type { InstanceHealth, ParkedList, ServiceList, ServicesNow } from '../../common/pages/operator.js';
import type { Directory } from '../discovery/directory.js';
import type { Unwatch } from '../live/hub.js';
import type { Settings } from '../settings.js';
import type { Bus } from './bus.js';

/** Gets what is so now. */
type Listener<Data> = (data: Data) => void;

export interface OverviewParts {
  readonly bus: Pick<Bus, 'services' | 'read'>;
  readonly directory: Pick<Directory, 'all'>;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'overviewMs'>;
}

/**
 * What the observatory shows of the present: the services as the bus and the gateway see them, and the parked events. It is asked
 * for about once a second, once for all pages, and only while a page is watching.
 */
export class Overview {
  readonly #services = new Set<Listener<ServicesNow>>();
  readonly #parked = new Set<Listener<ParkedList>>();
  #timer: NodeJS.Timeout | undefined;
  #lastServices: ServiceList = { services: [] };
  #lastParked = '';
  #closed = false;

  constructor(private readonly parts: OverviewParts) {}

  watchServices(listener: Listener<ServicesNow>): Unwatch {
    return this.#watch(this.#services, listener);
  }

  /** Told at once, and then whenever it has changed. */
  watchParked(listener: Listener<ParkedList>): Unwatch {
    this.#lastParked = '';
    return this.#watch(this.#parked, listener);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #watch<Data>(listeners: Set<Listener<Data>>, listener: Listener<Data>): Unwatch {
    listeners.add(listener);
    clearTimeout(this.#timer);
    void this.#look();
    return () => listeners.delete(listener);
  }

  async #look(): Promise<void> {
    await Promise.all([this.#lookAtServices(), this.#lookAtParked()]);
    clearTimeout(this.#timer);
    if (this.#closed || this.#services.size + this.#parked.size === 0) return;
    this.#timer = setTimeout(() => void this.#look(), this.parts.settings.overviewMs);
  }

  async #lookAtServices(): Promise<void> {
    if (this.#services.size === 0) return;
    const list = await this.parts.bus.services().catch(() => undefined);
    this.#lastServices = list ?? this.#lastServices;
    const now: ServicesNow = {
      ...this.#lastServices,
      time: new Date(this.parts.clock.now()).toISOString(),
      bus: list !== undefined,
      health: this.parts.directory.all().map(healthOf),
    };
    for (const listener of this.#services) listener(now);
  }

  async #lookAtParked(): Promise<void> {
    if (this.#parked.size === 0) return;
    const list = await this.parts.bus.read<ParkedList>('/parked').catch(() => undefined);
    if (list === undefined) return;
    const text = JSON.stringify(list);
    if (text === this.#lastParked) return;
    this.#lastParked = text;
    for (const listener of this.#parked) listener(list);
  }
}

function healthOf({
  clientType,
  url,
  healthy,
  reason,
}: ReturnType<Directory['all']>[number]): InstanceHealth {
  return { client_type: clientType, url, healthy, ...(!healthy && { reason }) };
}
