/**
 * Durable events per second of the embedded store, by how many events are appended together, and how long the indexes take to
 * follow. 300 bytes of data over 1000 keys, each event owed to two client types and acknowledged.
 *
 *     node dist/bench/log-append.js [seconds per row] [flush delay in ms]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogRecord } from '../bus/store/event-store.js';
import { LogStore } from '../bus/store/log/log-store.js';

const seconds = Number(process.argv[2] ?? 3);
const flushDelayMs = Number(process.argv[3] ?? 0);
const KEYS = 1000;
const DATA = JSON.stringify({ note: 'x'.repeat(280), amount: 1 });

interface Row {
  readonly together: number;
  readonly inFlight: number;
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly indexLagMs: number;
}

async function measure(together: number, inFlight: number): Promise<Row> {
  const directory = mkdtempSync(join(tmpdir(), 'log-append-'));
  const store = new LogStore(directory, { flushDelayMs });
  await store.open();
  const make = new Maker();
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const sender = async (): Promise<void> => {
    while (performance.now() < end) {
      const begun = performance.now();
      await store.append(make.group(together));
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  const elapsed = performance.now() - start;
  const closing = performance.now();
  await store.close();
  const indexLagMs = Math.round(performance.now() - closing);
  rmSync(directory, { recursive: true });
  times.sort((a, b) => a - b);
  return {
    together,
    inFlight,
    eventsPerSecond: Math.round((make.position / elapsed) * 1000),
    p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    indexLagMs,
  };
}

/** Makes records as the core does: one batch per event, and one acknowledgement per group for each client type. */
class Maker {
  position = 0;
  readonly #values = new Map<number, number>();

  group(count: number): LogRecord[] {
    const records: LogRecord[] = [];
    const positions: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const key = this.position % KEYS;
      const value = (this.#values.get(key) ?? -1) + 1;
      this.#values.set(key, value);
      this.position += 1;
      positions.push(this.position);
      const batchId = `01890000-0000-7000-8000-${String(this.position).padStart(12, '0')}`;
      records.push({
        kind: 'batch',
        sender: 'accounts',
        batchId,
        events: [
          {
            position: this.position,
            type: `Type${this.position % 7}`,
            key: `acc-${key}`,
            value,
            data: DATA,
            correlationId: this.position % 2 ** 32,
            correlation: `${(this.position * 2654435761) % 2 ** 32}-0000-8000-8000-000000000000`,
            time: 1_800_000_000_000 + this.position,
            sender: 'accounts',
            sessionId: 4_194_305,
            batchId,
            owedTo: ['loyalty', 'users'],
          },
        ],
      });
    }
    for (const clientType of ['loyalty', 'users']) records.push({ kind: 'ack', clientType, positions });
    return records;
  }
}

const rows: Row[] = [];
for (const [together, inFlight] of [
  [1, 1],
  [16, 1],
  [256, 1],
  [1, 512],
  [64, 16],
] as const)
  rows.push(await measure(together, inFlight));

process.stdout.write('together  in flight   events/s   p50 ms   p99 ms   indexes follow after ms\n');
for (const row of rows)
  process.stdout.write(
    `${String(row.together).padStart(8)}${String(row.inFlight).padStart(11)}${String(row.eventsPerSecond).padStart(11)}` +
      `${row.p50Ms.toFixed(2).padStart(9)}${row.p99Ms.toFixed(2).padStart(9)}${String(row.indexLagMs).padStart(26)}\n`,
  );
process.stdout.write(`${JSON.stringify({ bench: 'log-append', seconds, flushDelayMs, rows })}\n`);
