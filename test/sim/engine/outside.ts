import type { Stage } from './scenario.js';

const CORRELATION = '00000000-0000-8000-8000-000000000001';
const RECONNECT_MS = 20;

interface Unsent {
  readonly batchId: string;
  readonly type: string;
  readonly key: string;
  readonly data: string;
}

/** Somebody else's service: sends events without a condition, each again under its batch id until it is accepted. */
export class Outside {
  readonly #unsent: Unsent[] = [];
  #session: number | undefined;
  #sent = 0;

  constructor(private readonly stage: Stage) {
    this.#connect();
  }

  get done(): boolean {
    return this.#unsent.length === 0;
  }

  send(type: string, key: string, data: object): void {
    this.#sent++;
    const event = { batchId: `outside-${this.#sent}`, type, key, data: JSON.stringify(data) };
    this.#unsent.push(event);
    this.#submit(event);
  }

  #connect(): void {
    const { bus } = this.stage;
    this.#session = bus.connect({
      hears: (effect) => {
        if (effect.kind !== 'receipt') return;
        const at = this.#unsent.findIndex(({ batchId }) => batchId === effect.batchId);
        if (at >= 0) this.#unsent.splice(at, 1);
      },
      lost: () => this.#reconnect(),
    });
    if (this.#session === undefined) {
      this.#reconnect();
      return;
    }
    bus.submit({
      kind: 'register',
      sessionId: this.#session,
      clientType: 'outside',
      eventTypes: [],
      features: ['batch', 'atomic', 'errors'],
      maxInFlight: 0,
    });
    for (const event of this.#unsent) this.#submit(event);
  }

  #reconnect(): void {
    this.#session = undefined;
    this.stage.time.after(RECONNECT_MS, () => this.#connect());
  }

  #submit({ batchId, type, key, data }: Unsent): void {
    if (this.#session === undefined) return;
    const event = {
      type,
      key,
      data,
      checksum: '',
      correlationId: 1,
      correlation: CORRELATION,
      expect: { kind: 'implicit' } as const,
    };
    this.stage.bus.submit({ kind: 'new', sessionId: this.#session, events: [event], batchId, atomic: true });
  }
}
