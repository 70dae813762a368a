import type { StoredEvent } from '../../../common/events.js';
import { type KeyState, type LogRecord, type Recovered, StoreError } from '../../store/event-store.js';
import { Core } from '../core.js';
import { DEFAULT_CORE_OPTIONS } from '../options.js';
import type { CoreOptions, Delivery, Effect, Input, NewEvent, Receipt } from '../types.js';

/** A log that begins. */
export const EMPTY: Recovered = {
  logId: 'log',
  lastPosition: 0,
  lastTime: 0,
  incarnation: 0,
  subscriptions: [],
  parked: [],
};

type EventInit = Partial<NewEvent> & { readonly value?: number; readonly seen?: number };

/** A new event; `value` = exact, `seen` = seen, neither = implicit. */
export function newEvent(key: string, { value, seen, ...init }: EventInit = {}): NewEvent {
  const expect =
    value !== undefined
      ? ({ kind: 'exact', value } as const)
      : seen !== undefined
        ? ({ kind: 'seen', value: seen } as const)
        : ({ kind: 'implicit' } as const);
  return {
    type: 'Deposited',
    key,
    expect,
    data: '{}',
    checksum: 'sum',
    correlationId: 7,
    correlation: '00000000-0000-8000-8000-000000000007',
    ...init,
  };
}

/**
 * A core on a test bench: with a disk that says "durable" or "failed" when the test wants it, and everything that came out kept by
 * session. Time stands still unless the test moves it.
 */
export class Bench {
  now = 1_000_000;
  readonly core: Core;
  /** durable */
  readonly records: LogRecord[] = [];
  /** not yet durable */
  issued: Extract<Effect, { kind: 'append' }>[] = [];
  effects: Effect[] = [];
  /** appends become durable at once */
  auto = true;
  /** what is durable cannot be read */
  unreadable = false;

  constructor(options: Partial<CoreOptions> = {}, recovered: Recovered = EMPTY) {
    const reads = {
      keyState: (key: string) => this.#keyState(key),
      batch: (sender: string, batchId: string) => this.#batch(sender, batchId),
    };
    this.core = new Core(recovered, reads, { ...DEFAULT_CORE_OPTIONS, ...options });
  }

  /** Feeds one input and, if appends are automatic, their outcome. Returns the effects. */
  apply(input: Input): Effect[] {
    const effects = this.core.apply(this.now, input);
    for (const effect of effects) if (effect.kind === 'append') this.issued.push(effect);
    this.effects.push(...effects);
    if (this.auto && this.issued.length > 0) effects.push(...this.durable());
    return effects;
  }

  /** Everything issued becomes durable. */
  durable(): Effect[] {
    const effects: Effect[] = [];
    for (let next = this.issued.shift(); next !== undefined; next = this.issued.shift()) {
      this.records.push(...next.records);
      effects.push(...this.apply({ kind: 'appended', append: next.append }));
    }
    return effects;
  }

  /** Everything issued is lost. */
  fail(): Effect[] {
    const append = this.issued[0]!.append;
    this.issued = [];
    return this.apply({ kind: 'append-failed', append, reason: 'disk full' });
  }

  /** Time passes, and the core is told. */
  pass(ms: number): Effect[] {
    this.now += ms;
    return this.apply({ kind: 'tick' });
  }

  connect(sessionId: number): void {
    this.apply({ kind: 'connected', sessionId });
  }

  /** Connects (if need be) and registers, as a client with features unless told otherwise. */
  join(
    sessionId: number,
    clientType = 'accounts',
    init: { types?: string[]; maxInFlight?: number; features?: string[] } = {},
  ): Effect[] {
    this.connect(sessionId);
    return this.register(sessionId, clientType, init);
  }

  register(
    sessionId: number,
    clientType = 'accounts',
    init: { types?: string[]; maxInFlight?: number; features?: string[] } = {},
  ): Effect[] {
    return this.apply({
      kind: 'register',
      sessionId,
      clientType,
      eventTypes: init.types ?? ['*'],
      features: init.features ?? ['ack', 'nack', 'errors'],
      maxInFlight: init.maxInFlight ?? 100,
    });
  }

  /** Publishes one event each, as separate messages. */
  send(sessionId: number, ...events: NewEvent[]): Effect[] {
    return events.flatMap((event) => this.publish(sessionId, [event]));
  }

  publish(
    sessionId: number,
    events: readonly NewEvent[],
    init: { batchId?: string; once?: string; atomic?: boolean; acknowledges?: string } = {},
  ): Effect[] {
    return this.apply({ kind: 'new', sessionId, events, atomic: false, ...init });
  }

  ack(sessionId: number, ...deliveries: string[]): Effect[] {
    return this.apply({ kind: 'ack', sessionId, deliveries });
  }

  nack(sessionId: number, delivery: string, retry = true): Effect[] {
    return this.apply({ kind: 'nack', sessionId, delivery, error: { message: 'boom' }, retry });
  }

  /** Given back: its handler waits for these keys. */
  giveBack(sessionId: number, delivery: string, ...contended: string[]): Effect[] {
    const error = { message: 'waits' };
    return this.apply({ kind: 'nack', sessionId, delivery, error, retry: true, contended });
  }

  close(sessionId: number): Effect[] {
    return this.apply({ kind: 'closed', sessionId });
  }

  /** Answers every read that the core has asked for since the last call, from what is durable and owed. */
  answerReads(): Effect[] {
    const effects: Effect[] = [];
    const asked = this.effects.filter((effect) => effect.kind === 'read-owed');
    this.effects = this.effects.filter((effect) => effect.kind !== 'read-owed');
    for (const { read, clientType, key, after, limit } of asked) {
      const all = this.owed(clientType).filter(
        (event) => event.position > after && (key === undefined || event.key === key),
      );
      const events = all.slice(0, limit);
      const end = all.length <= limit;
      effects.push(
        ...this.apply({ kind: 'owed', read, events, next: events.at(-1)?.position ?? after, end }),
      );
    }
    return effects;
  }

  /** The fold of the log: what a client type is owed. */
  owed(clientType: string): StoredEvent[] {
    const ended = new Set<number>();
    for (const record of this.records) {
      if (record.kind === 'ack' && record.clientType === clientType)
        for (const position of record.positions) ended.add(position);
      if (record.kind === 'batch' && record.acknowledges?.clientType === clientType)
        ended.add(record.acknowledges.position);
      if (record.kind === 'unparked' && record.clientType === clientType && record.decision === 'skip')
        ended.add(record.position);
    }
    return this.events().filter((event) => event.owedTo.includes(clientType) && !ended.has(event.position));
  }

  events(): StoredEvent[] {
    return this.records.flatMap((record) => (record.kind === 'batch' ? record.events : []));
  }

  #readable(): void {
    if (this.unreadable) throw new StoreError('damaged', 'block 7 is not what was written');
  }

  #keyState(key: string): KeyState | undefined {
    this.#readable();
    const events = this.events().filter((event) => event.key === key);
    if (events.length === 0) return undefined;
    const lastOfType = Object.fromEntries(events.map(({ type, value }) => [type, value]));
    return { head: events.at(-1)!.value, lastOfType };
  }

  #batch(sender: string, batchId: string): readonly StoredEvent[] | undefined {
    this.#readable();
    for (const record of this.records)
      if (record.kind === 'batch' && record.sender === sender && record.batchId === batchId)
        return record.events;
    return undefined;
  }
}

export function deliveries(effects: readonly Effect[], sessionId?: number): Delivery[] {
  return effects.flatMap((effect) =>
    effect.kind === 'deliver' && (sessionId === undefined || effect.sessionId === sessionId)
      ? effect.deliveries
      : [],
  );
}

/** `key/value@session` of each delivery. */
export function delivered(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'deliver'
      ? effect.deliveries.map(({ event }) => `${event.key}/${event.value}@${effect.sessionId}`)
      : [],
  );
}

export function receipts(effects: readonly Effect[]): Receipt[] {
  return effects.flatMap((effect) => (effect.kind === 'receipt' ? effect.receipts : []));
}

export function statuses(effects: readonly Effect[]): string[] {
  return receipts(effects).map(({ status }) => status);
}

/** Codes of the errors that leave, those of operators among them. */
export function errors(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'error') return [effect.code];
    return effect.kind === 'operator-answer' && effect.error !== undefined ? [effect.error.code] : [];
  });
}

export function ofKind<K extends Effect['kind']>(
  effects: readonly Effect[],
  kind: K,
): Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}
