import type { StoredEvent } from '../../../../common/events.js';
import type { ParkedRecord, SubscriptionRecord, UnparkedRecord } from '../../event-store.js';
import { TERM_KINDS, termText } from '../../source.js';
import type { IndexTarget } from '../indexing.js';
import type { BlockRow } from './database.js';
import { Fingerprint, nameHash } from './fingerprint.js';

/** What the indexes of a log must hold, as far as it can be compared: the fold, kept small by fingerprints where rows are many. */
export class ExpectedIndex implements IndexTarget {
  readonly blocks = new Fingerprint();
  readonly postings = new Fingerprint();
  readonly batches = new Fingerprint();
  readonly heads = new Map<string, number>();
  /** by `typeOfKey` */
  readonly lastOfType = new Map<string, number>();
  readonly types = new Map<string, number>();
  readonly owed = new Map<string, Set<number>>();
  readonly subscriptions = new Map<string, SubscriptionRecord>();
  readonly parked = new Map<string, ParkedRecord>();
  readonly skips: UnparkedRecord[] = [];
  lastTime = 0;
  incarnation = 0;

  block(firstPosition: number, row: BlockRow): void {
    this.blocks.add(0, firstPosition, ...row);
  }

  event(event: StoredEvent): void {
    this.heads.set(event.key, event.value);
    this.lastOfType.set(typeOfKey(event.key, event.type), event.value);
    this.types.set(event.type, (this.types.get(event.type) ?? 0) + 1);
    for (const kind of TERM_KINDS) this.postings.add(nameHash(kind, termText(kind, event)), event.position);
  }

  owe(clientType: string, position: number): void {
    const owed = this.owed.get(clientType);
    if (owed === undefined) this.owed.set(clientType, new Set([position]));
    else owed.add(position);
  }

  settle(clientType: string, position: number): void {
    this.owed.get(clientType)?.delete(position);
  }

  accept(sender: string, batchId: string, first: number, count: number): void {
    this.batches.add(nameHash(sender, batchId), first, count);
  }

  subscribe(record: SubscriptionRecord): void {
    this.subscriptions.set(record.clientType, record);
  }

  park(record: ParkedRecord): void {
    this.parked.set(`${record.position} ${record.clientType}`, record);
  }

  unpark(clientType: string, position: number): void {
    this.parked.delete(`${position} ${clientType}`);
  }

  skip(record: UnparkedRecord): void {
    this.skips.push(record);
  }

  start(incarnation: number): void {
    this.incarnation = incarnation;
  }

  time(time: number): void {
    this.lastTime = Math.max(this.lastTime, time);
  }
}

/** Names hold no NUL. */
export function typeOfKey(key: string, type: string): string {
  return `${key}\0${type}`;
}
