import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../common/events.js';
import { seededRandom } from '../../../common/random.js';
import { RandomLog } from '../testing/random-log.js';
import { ack, Records } from '../testing/samples.js';
import { HASH_BYTES, HEADER_BYTES, readHeader } from './block.js';
import { BlockEncoder } from './block-encoder.js';
import { descriptionText } from './description.js';
import { recordsOf } from './record-codec.js';
import { beginning } from './segments.js';

describe('records as bytes', () => {
  it('are read back as they were written, whatever kind they are', () => {
    const log = new RandomLog(seededRandom(7));
    for (let group = 0; group < 300; group += 1) log.group();
    const { block } = new BlockEncoder().encode(log.records, beginning('a log'));
    const payload = block.subarray(HEADER_BYTES, block.length - HASH_BYTES);
    expect(recordsOf({ header: readHeader(block)!, payload })).toEqual(log.records);
  });

  it('are described by an array that says only what differs from the batch', () => {
    const make = new Records();
    const plain = make.event({ key: 'a "quoted" key', owedTo: ['loyalty'] });
    const other = make.event({ sender: 'users', batchId: 'b-1', causation: 'log-7', place: 3 });
    const batch = { kind: 'batch', sender: 'accounts', events: [plain, other] } as const;
    const ofAll = ({ type, key, time, sessionId, correlationId, correlation }: StoredEvent) =>
      [7, type, key, 0, time, sessionId, correlationId, correlation] as const;
    expect(JSON.parse(descriptionText(batch, ({ data }) => data.length))).toEqual([
      'b',
      'accounts',
      null,
      null,
      [
        [...ofAll(plain), ['loyalty'], null, 0, 0],
        [...ofAll(other), [], 'log-7', 'users', 'b-1', 3],
      ],
    ]);
    const answered = { ...batch, batchId: 'b-1', acknowledges: { clientType: 'loyalty', position: 9 } };
    const [, , batchId, acknowledges, events] = JSON.parse(descriptionText(answered, () => 0)) as unknown[];
    expect([batchId, acknowledges]).toEqual(['b-1', ['loyalty', 9]]);
    expect((events as unknown[][]).map((event) => event[11])).toEqual([null, 0]);
    expect(JSON.parse(descriptionText(ack('loyalty', 4, 5), () => 0))).toEqual(['a', 'loyalty', [4, 5]]);
  });
});
