import type { LogRecord } from '../event-store.js';
import { foldRecord } from '../fold.js';
import { Layer } from '../layer.js';
import type { Point } from './point.js';

export interface OverlayLimits {
  /** a layer that has reached this weight is followed by another */
  readonly layerWeightMax: number;
  /** records, events and ended debts; above it appends wait for the indexes */
  readonly weightMax: number;
  /** UTF-16 units of event data; above it appends wait for the indexes */
  readonly dataLengthMax: number;
}

interface OpenLayer {
  readonly layer: Layer;
  /** of its records, the newest that nobody has asked about yet */
  unfolded: LogRecord[];
  weight: number;
  dataLength: number;
  /** number of its newest block */
  lastBlock: number;
}

/**
 * What is durable and perhaps not indexed yet, in memory: a row of layers, oldest first, each forgotten when all of it is indexed.
 * Records are only kept until somebody reads: most are indexed before that, and to fold them would have been for nothing.
 */
export class Overlay {
  readonly #limits: OverlayLimits;
  #layers: OpenLayer[] = [];

  constructor(limits: OverlayLimits) {
    this.#limits = limits;
  }

  get layers(): readonly Layer[] {
    return this.#layers.map(folded);
  }

  get full(): boolean {
    let weight = 0;
    let dataLength = 0;
    for (const layer of this.#layers) {
      weight += layer.weight;
      dataLength += layer.dataLength;
    }
    return weight >= this.#limits.weightMax || dataLength >= this.#limits.dataLengthMax;
  }

  /** The records of a block have become durable. @param before the position before its first event */
  add(records: readonly LogRecord[], before: number, end: Point): void {
    let newest = this.#layers.at(-1);
    if (newest === undefined || newest.weight >= this.#limits.layerWeightMax) {
      newest = { layer: new Layer(before), unfolded: [], weight: 0, dataLength: 0, lastBlock: end.block };
      this.#layers.push(newest);
    }
    for (const record of records) {
      newest.unfolded.push(record);
      newest.weight += weightOf(record);
      newest.dataLength += dataLengthOf(record);
    }
    newest.lastBlock = end.block;
  }

  /** The indexes hold everything up to this block. */
  forget(block: number): void {
    this.#layers = this.#layers.filter(({ lastBlock }) => lastBlock > block);
  }
}

function folded(open: OpenLayer): Layer {
  for (const record of open.unfolded) foldRecord(record, open.layer);
  open.unfolded = [];
  return open.layer;
}

function weightOf(record: LogRecord): number {
  if (record.kind === 'batch') return 1 + record.events.length;
  return record.kind === 'ack' ? 1 + record.positions.length : 1;
}

function dataLengthOf(record: LogRecord): number {
  if (record.kind !== 'batch') return 0;
  return record.events.reduce((length, { data }) => length + data.length, 0);
}
