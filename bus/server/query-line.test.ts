import { beforeEach, expect, it } from 'vitest';
import type { QueryMessage } from '../../common/protocol/messages.js';
import { QueryLine } from './query-line.js';

let answered: string[];
let finish: (() => void)[];
let line: QueryLine;

function query(id: string): QueryMessage {
  return { message_type: 'query', event_types: ['*'], query_id: id };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  answered = [];
  finish = [];
  line = new QueryLine(2, (asked) => {
    answered.push(asked.query_id ?? '');
    return new Promise((resolve) => finish.push(resolve));
  });
});

it('answers one query after the other', async () => {
  line.add(query('a'));
  line.add(query('b'));
  expect(answered).toEqual(['a']);
  finish[0]?.();
  await settled();
  expect(answered).toEqual(['a', 'b']);
});

it('holds queries back until the registration before them is answered', () => {
  line.hold(true);
  line.add(query('a'));
  expect(answered).toEqual([]);
  line.hold(false);
  expect(answered).toEqual(['a']);
});

it('takes no more than it may hold, and nothing after it is closed', async () => {
  expect(['a', 'b', 'c', 'd'].map((id) => line.add(query(id)))).toEqual([true, true, true, false]);
  line.close();
  finish[0]?.();
  await settled();
  expect(answered).toEqual(['a']);
});
