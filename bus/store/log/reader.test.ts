import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ack, Records, subscription } from '../testing/samples.js';
import { type ExportOptions, exportEvents } from './reader.js';
import { segmentPath } from './segments.js';
import { checkTail } from './tail.js';
import { TemporaryLog } from './testing/temporary-log.js';

describe('exporting a log', () => {
  let log: TemporaryLog;

  beforeEach(async () => {
    log = await TemporaryLog.create();
    const make = new Records();
    await log.write(
      [
        [
          subscription('loyalty', ['*']),
          make.batch({ data: '{\n  "a": 5.0\n}', causation: 'x-1', batchId: 'b-1' }),
        ],
        ...make.batches(20, { owedTo: ['loyalty'] }).map((batch) => [batch]),
        [make.batch({}, {}, {}), ack('loyalty', 2)],
      ],
      { segmentBytesMax: 1500 },
    );
  });

  afterEach(() => log.remove());

  async function lines(options?: ExportOptions): Promise<string[]> {
    const found: string[] = [];
    for await (const line of exportEvents(log.directory, options)) found.push(line);
    return found;
  }

  const positions = async (options: ExportOptions): Promise<number[]> =>
    (await lines(options)).map((line) => Number(JSON.parse(line).position));

  it('gives every event as one line, under the names of the wire, numbers in its data as they were written', async () => {
    const { logId } = checkTail(log.directory)!;
    const all = await lines();
    expect(all).toHaveLength(24);
    expect(all.every((line) => !line.includes('\n'))).toBe(true);
    expect(all[0]).toContain('"data":{   "a": 5.0 }');
    expect(JSON.parse(all[0]!)).toEqual({
      position: '1',
      event_id: `${logId}-1`,
      event_type: 'Deposited',
      consistency: { key: 'acc-1', value: 0 },
      time: '2026-01-01T00:00:01.000Z',
      correlation_id: 0xfeedbeef,
      correlation: '00000000-0000-8000-8000-0000feedbeef',
      causation: 'x-1',
      sender: 'accounts',
      session_id: 4_194_305,
      batch_id: 'b-1',
      data: { a: 5 },
    });
  });

  it('begins behind a position and ends at one, wherever they are', async () => {
    expect(await positions({ after: 3, upTo: 6 })).toEqual([4, 5, 6]);
    expect(await positions({ after: 22 })).toEqual([23, 24]);
    expect(await positions({ after: 20, upTo: 22 })).toEqual([21, 22]);
    expect(await positions({ after: 24 })).toEqual([]);
    expect(await positions({ upTo: 0 })).toEqual([]);
  });

  it('gives all records as they are kept, if asked', async () => {
    const records = (await lines({ records: true })).map((line) => JSON.parse(line));
    expect(records).toHaveLength(24);
    expect(records[0]).toEqual(subscription('loyalty', ['*']));
    expect(records[1].events[0].data).toBe('{\n  "a": 5.0\n}');
    expect(records.at(-1)).toEqual(ack('loyalty', 2));
  });

  it('works beside a running store, and stops before what is not whole yet', async () => {
    const store = await log.open();
    await store.append([new Records(24).batch({})]);
    appendFileSync(segmentPath(log.directory, checkTail(log.directory)!.end.segment), 'AKB');
    expect(await positions({ after: 23 })).toEqual([24, 25]);
  });
});
