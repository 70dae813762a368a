import type { CoreOptions, Delivery, Effect, Input } from '../../../bus/core/types.js';
import type { LogRecord, Recovered } from '../../../bus/store/event-store.js';
import { type Books, subscriptionName } from './books.js';
import { type Checker, demand } from './checker.js';

interface Out {
  readonly token: string;
  readonly session: Member;
  readonly position: number;
  readonly key: string;
  readonly value: number;
}

interface Member {
  readonly id: number;
  clientType: string;
  eventTypes: readonly string[];
  maxInFlight: number;
  /** registered, and told so */
  answered: boolean;
  draining: boolean;
  readonly out: Map<string, Out>;
  /** not answered yet, oldest first, with what has to be on the disk by then */
  readonly recalls: { readonly clientType: string; readonly accepted: readonly number[] }[];
  /** per key, Unix ms since when its first one is first */
  readonly since: Map<string, number>;
}

/** What the step in hand says of deliveries, valid by these books. */
interface Step {
  readonly input: Input;
  readonly claimed: readonly (Out | undefined)[];
  readonly effects: Effect[];
}

/**
 * Who has what out. Promises: per key and client type in order and at one session only, never above `maxInFlight`, nothing that is
 * acknowledged, parked, or not durable; an acknowledgement counts if and only if it comes from whom the event is out at.
 */
export class DeliveryChecker implements Checker {
  readonly #books: Books;
  readonly #options: Omit<CoreOptions, 'debts'>;
  #members = new Map<number, Member>();
  /** `client type/position`: accepted from its holder, the record may be under way */
  #acknowledged = new Set<string>();
  /** the same, with the batch that does it still under way: by number of the append */
  #completing = new Map<string, number>();
  /** batch id → what it may acknowledge */
  readonly #claims = new Map<string, string>();
  readonly #claimed = new Set<string>();
  #parked = new Set<string>();
  #decided = new Map<string, number>();
  readonly #tokens = new Set<string>();
  #step: Step | undefined;

  constructor(books: Books, options: Omit<CoreOptions, 'debts'>) {
    this.#books = books;
    this.#options = options;
  }

  restarted({ parked }: Recovered): void {
    this.#parked = new Set(parked.map(({ clientType, position }) => `${clientType}/${position}`));
  }

  crashed(): void {
    this.#members = new Map();
    this.#acknowledged = new Set();
    this.#completing = new Map();
    this.#decided = new Map();
  }

  input(_now: number, input: Input): void {
    this.#step = { input, claimed: this.#claim(input), effects: [] };
  }

  effect(_now: number, effect: Effect): void {
    this.#step?.effects.push(effect);
  }

  applied(now: number): void {
    const step = this.#step!;
    this.#judgeClaims(now, step);
    this.#follow(now, step.input);
    for (const effect of step.effects) {
      if (effect.kind === 'append') for (const record of effect.records) this.#record(effect.append, record);
      else if (effect.kind === 'registration') this.#registration(effect);
      else if (effect.kind === 'drained') this.#drained(now, effect.sessionId);
      else if (effect.kind === 'recalled') this.#recalled(effect.sessionId);
    }
    const delivers = step.effects.filter((effect) => effect.kind === 'deliver');
    for (const { sessionId, deliveries } of delivers) this.#acknowledgeAutomatically(sessionId, deliveries);
    for (const { sessionId, deliveries } of delivers)
      for (const delivery of deliveries) this.#deliver(now, sessionId, delivery);
  }

  /** The deliveries that an input speaks of; undefined = not out there. */
  #claim(input: Input): (Out | undefined)[] {
    if (!('sessionId' in input)) return [];
    const out = this.#members.get(input.sessionId)?.out;
    const valid = (token: string) => {
      const found = out?.get(token);
      return found === undefined || this.#completing.has(nameOf(found)) ? undefined : found;
    };
    if (input.kind === 'ack') return input.deliveries.map(valid);
    if (input.kind === 'nack') return [valid(input.delivery)];
    if (input.kind === 'ack-event') {
      const found = [...(out?.values() ?? [])].find(
        ({ key, value }) => key === input.key && value === input.value,
      );
      return [found && valid(found.token)];
    }
    if (input.kind === 'new' && input.acknowledges !== undefined) {
      const claimed = valid(input.acknowledges);
      if (claimed === undefined) return [];
      this.#claims.set(input.batchId!, nameOf(claimed));
      this.#claimed.add(nameOf(claimed));
    }
    return [];
  }

  #judgeClaims(now: number, { input, claimed, effects }: Step): void {
    const fenced = effects.filter((effect) => effect.kind === 'error' && effect.code === 'fenced').length;
    const invalid = claimed.filter((out) => out === undefined).length;
    if (input.kind === 'new') return;
    demand(fenced >= invalid, `an answer of a fenced delivery was accepted: ${JSON.stringify(input)}`);
    for (const out of claimed) {
      if (out === undefined) continue;
      if (fenced > invalid) {
        // Nor can it be seen whether a batch was accepted that waits for the disk to come back.
        if (this.#claimed.has(nameOf(out))) continue;
        // From outside it cannot be seen when an overdue lane is taken back, only when it may be.
        demand(this.#isOverdue(now, out), `refused, though out there in time: ${nameOf(out)}`);
        this.#takeBack(out, 0);
      } else if (input.kind === 'nack') this.#takeBack(out, out.position);
      else {
        this.#acknowledged.add(nameOf(out));
        this.#end(now, out);
      }
    }
  }

  #follow(now: number, input: Input): void {
    if (input.kind === 'connected')
      this.#members.set(input.sessionId, {
        id: input.sessionId,
        clientType: '',
        eventTypes: [],
        maxInFlight: 0,
        answered: false,
        draining: false,
        out: new Map(),
        recalls: [],
        since: new Map(),
      });
    else if (input.kind === 'closed') this.#members.delete(input.sessionId);
    else if (input.kind === 'register') this.#register(input);
    else if (input.kind === 'drain') {
      const member = this.#members.get(input.sessionId);
      if (member !== undefined) member.draining = true;
    } else if (input.kind === 'recall') {
      const member = this.#members.get(input.sessionId);
      if (member !== undefined && member.clientType !== '') this.#recall(member);
    } else if (input.kind === 'appended') this.#appended(now, input.append);
    else if (input.kind === 'append-failed') {
      for (const [name, append] of this.#completing)
        if (append >= input.append) this.#completing.delete(name);
      for (const [name, append] of this.#decided) if (append >= input.append) this.#decided.delete(name);
    }
  }

  #register(input: Extract<Input, { kind: 'register' }>): void {
    const member = this.#members.get(input.sessionId);
    if (member === undefined) return;
    const { clientType, eventTypes, maxInFlight } = input;
    Object.assign(member, { clientType, eventTypes, maxInFlight, answered: false, draining: false });
    member.out.clear();
  }

  #registration({ sessionId, clientType, eventTypes }: Extract<Effect, { kind: 'registration' }>): void {
    const name = subscriptionName(clientType, eventTypes);
    demand(this.#books.registered.has(name), `registered, but not durable: ${name}`);
    const member = this.#members.get(sessionId);
    demand(member !== undefined, 'a registration for nobody');
    if (member.clientType === clientType && member.eventTypes === eventTypes) member.answered = true;
  }

  #drained(now: number, sessionId: number): void {
    const member = this.#members.get(sessionId);
    demand(
      member?.draining === true && this.#surelyOut(now, member) === 0,
      `session ${sessionId} is not drained`,
    );
  }

  /** What is out of the client type is taken back, at whomever; what was accepted as acknowledged is awaited. */
  #recall(asking: Member): void {
    const { clientType } = asking;
    for (const member of this.#members.values()) if (member.clientType === clientType) member.out.clear();
    const accepted = this.#books
      .allOwed(clientType)
      .filter(({ position }) => this.#acknowledged.has(`${clientType}/${position}`));
    asking.recalls.push({ clientType, accepted: accepted.map(({ position }) => position) });
  }

  #recalled(sessionId: number): void {
    const recall = this.#members.get(sessionId)?.recalls.shift();
    demand(recall !== undefined, `an answer to a recall that session ${sessionId} did not ask for`);
    for (const position of recall.accepted)
      demand(
        !this.#books.owed(recall.clientType, position),
        `recalled, but the acknowledgement of ${position} is not on the disk`,
      );
  }

  #appended(now: number, upTo: number): void {
    for (const [name, append] of this.#completing) {
      if (append > upTo) continue;
      this.#completing.delete(name);
      this.#acknowledged.add(name);
      for (const { out } of this.#members.values())
        for (const one of out.values()) if (nameOf(one) === name) this.#end(now, one);
    }
    for (const [name, append] of this.#decided) {
      if (append > upTo) continue;
      this.#decided.delete(name);
      this.#parked.delete(name);
    }
  }

  #record(append: number, record: LogRecord): void {
    if (record.kind === 'ack')
      for (const position of record.positions) {
        const automatic = this.#options.autoAcknowledge.includes(record.clientType);
        const name = `${record.clientType}/${position}`;
        demand(automatic || this.#acknowledged.has(name), `ends without an acknowledgement: ${name}`);
      }
    else if (record.kind === 'batch' && record.acknowledges !== undefined) {
      const name = `${record.acknowledges.clientType}/${record.acknowledges.position}`;
      demand(this.#claims.get(record.batchId!) === name, `a batch completes what was not out: ${name}`);
      this.#completing.set(name, append);
    } else if (record.kind === 'parked') this.#parked.add(`${record.clientType}/${record.position}`);
    else if (record.kind === 'unparked') this.#decided.set(`${record.clientType}/${record.position}`, append);
  }

  /** Sent is acknowledged. Between two sessions that are given parts of a key in one step there is no order. */
  #acknowledgeAutomatically(sessionId: number, deliveries: readonly Delivery[]): void {
    const clientType = this.#members.get(sessionId)?.clientType ?? '';
    if (!this.#options.autoAcknowledge.includes(clientType)) return;
    for (const { event } of deliveries) {
      const name = `${clientType}/${event.position}`;
      demand(!this.#acknowledged.has(name), `delivered after its acknowledgement: ${name}`);
      this.#acknowledged.add(name);
    }
  }

  #deliver(now: number, sessionId: number, { event, delivery }: Delivery): void {
    const member = this.#members.get(sessionId);
    demand(member?.answered === true && !member.draining, `session ${sessionId} gets events unasked`);
    const { clientType } = member;
    const name = `${clientType}/${event.position}`;
    demand(!this.#tokens.has(delivery), `token ${delivery} is used twice`);
    this.#tokens.add(delivery);
    demand(this.#books.holds(event), `delivered, but not on the disk: ${name}`);
    demand(this.#books.owed(clientType, event.position), `delivered, but not owed: ${name}`);
    const automatic = this.#options.autoAcknowledge.includes(clientType);
    demand(automatic || !this.#acknowledged.has(name), `delivered after its acknowledgement: ${name}`);
    demand(!this.#completing.has(name), `delivered while a batch completes it: ${name}`);
    demand(!this.#parked.has(name), `delivered while parked: ${name}`);
    this.#demandFree(now, member, event.key, event.position);
    this.#demandOrder(member, event.key, event.position);
    if (automatic) return;
    const { position, key, value } = event;
    if (!laneOut(member, key).length) member.since.set(key, now);
    member.out.set(delivery, { token: delivery, session: member, position, key, value });
    demand(
      this.#surelyOut(now, member) <= member.maxInFlight,
      `session ${sessionId} has more out than it wants`,
    );
  }

  /** Nobody else has anything of the key out, nor this session this event; but an overdue lane may move. */
  #demandFree(now: number, member: Member, key: string, position: number): void {
    for (const other of this.#members.values()) {
      if (other.clientType !== member.clientType) continue;
      const [first] = laneOut(other, key).filter((out) => other !== member || out.position === position);
      if (first === undefined) continue;
      demand(this.#isOverdue(now, first), `out twice: ${nameOf(first)}`);
      this.#takeBack(first, 0);
    }
  }

  #demandOrder(member: Member, key: string, position: number): void {
    const out = laneOut(member, key);
    for (const earlier of this.#books.owedOf(member.clientType, key)) {
      if (earlier.position >= position) return;
      const settled = this.#acknowledged.has(`${member.clientType}/${earlier.position}`);
      const before = out.some((one) => one.position === earlier.position);
      demand(settled || before, `${member.clientType}/${position} overtakes ${earlier.position}`);
    }
  }

  /** What is out there, but for overdue lanes: those may have been taken back without a sign. */
  #surelyOut(now: number, member: Member): number {
    return [...member.out.values()].filter((out) => !this.#isOverdue(now, out)).length;
  }

  #isOverdue(now: number, { session, key }: Out): boolean {
    return (session.since.get(key) ?? now) + this.#options.ackDeadlineMs <= now;
  }

  #takeBack({ session, key }: Out, from: number): void {
    for (const out of laneOut(session, key)) if (out.position >= from) session.out.delete(out.token);
  }

  #end(now: number, { session, key, token, position }: Out): void {
    const wasFirst = laneOut(session, key)[0]?.position === position;
    session.out.delete(token);
    if (wasFirst) session.since.set(key, now);
  }
}

function nameOf({ session, position }: Out): string {
  return `${session.clientType}/${position}`;
}

/** What is out of a key at a session, by position. */
function laneOut(member: Member, key: string): Out[] {
  return [...member.out.values()].filter((out) => out.key === key).sort((a, b) => a.position - b.position);
}
