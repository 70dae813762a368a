import { describe, expect, it } from 'vitest';
import type { ExportedEvent } from '../../support/system.js';
import type { Command } from '../load.js';
import type { Evidence } from './evidence.js';
import { logFaults } from './judge.js';

/** An event as a test writes it; position, value and id follow from where it stands. */
interface Written {
  type: string;
  key: string;
  data: Record<string, unknown>;
  batch?: string;
  correlation?: string;
  /** position of the event that led to it */
  causedBy?: number;
}

const UUID = '00000000-0000-4000-8000-00000000000';

/** Two accounts, a deposit, an accepted transfer that earns points, one that is refunded, one that is refused. */
function story(): Written[] {
  return [
    { type: 'UserCreated', key: 'user-ada', data: { username: 'ada' }, correlation: `${UUID}1` },
    ...[1, 2].flatMap((id): Written[] => [
      {
        type: 'AccountCreationRequest',
        key: `creation-${id}`,
        data: { request_id: `${id}`, username: 'ada' },
        correlation: `${UUID}${1 + id}`,
      },
      {
        type: 'AccountCreated',
        key: `acc-${id}`,
        data: { acc_id: id, request_id: `${id}`, username: 'ada' },
        causedBy: 2 * id,
      },
    ]),
    { type: 'ConfirmedCredit', key: 'acc-1', data: { id: 1, amount: 50_000 }, correlation: `${UUID}4` },
    ...transfer(1, 20_000, 5),
    {
      type: 'PointsEarned',
      key: 'points-1',
      data: { account_id: 1, points: 2_000 },
      batch: 'r1',
      causedBy: 8,
    },
    ...transfer(2, 5_000, 6),
    { type: 'PointsSpent', key: 'points-1', data: { account_id: 1, points: 500 }, batch: 'r2', causedBy: 13 },
    { type: 'ConfirmedCredit', key: 'acc-1', data: { id: 1, amount: 500 }, batch: 'r2', causedBy: 13 },
    {
      type: 'PendingTransaction',
      key: 'trans-3',
      data: { id: 3, fromAccountId: 1, toAccountId: 2, amount: 90_000 },
      correlation: `${UUID}7`,
    },
    { type: 'RejectedTransaction', key: 'trans-3', data: { transaction_id: 3 }, causedBy: 18 },
  ];
}

/** The order, and its acceptance in one batch. */
function transfer(id: number, amount: number, command: number): Written[] {
  const causedBy = id === 1 ? 7 : 12;
  return [
    {
      type: 'PendingTransaction',
      key: `trans-${id}`,
      data: { id, fromAccountId: 1, toAccountId: 2, amount },
      correlation: `${UUID}${command}`,
    },
    {
      type: 'AcceptedTransaction',
      key: `trans-${id}`,
      data: { transaction_id: id, from_account_id: 1, to_account_id: 2, amount },
      batch: `t${id}`,
      causedBy,
    },
    { type: 'ConfirmedDebit', key: 'acc-1', data: { id: 1, amount }, batch: `t${id}`, causedBy },
    { type: 'ConfirmedCredit', key: 'acc-2', data: { id: 2, amount }, batch: `t${id}`, causedBy },
  ];
}

const COMMANDS: readonly Command[] = [
  { order: { kind: 'user', name: 'ada' }, outcome: { kind: 'done' } } as const,
  ...([1, 2] as const).map(
    (id) =>
      ({
        order: { kind: 'account', user: 'ada' },
        outcome: { kind: 'requested', requestId: `${id}`, account: id },
      }) as const,
  ),
  { order: { kind: 'deposit', account: 1, amount: 50_000 }, outcome: { kind: 'done' } } as const,
  ...([20_000, 5_000, 90_000] as const).map(
    (amount, n) =>
      ({
        order: { kind: 'transfer', from: 1, to: 2, amount },
        outcome: { kind: 'verdict', transaction: n + 1, status: n < 2 ? 'accepted' : 'rejected' },
      }) as const,
  ),
  { order: { kind: 'withdrawal', account: 2, amount: 90_000 }, outcome: { kind: 'refused' } } as const,
].map((command, n) => ({ ...command, key: `${UUID}${n + 1}`, from: 10 * n, to: 10 * n + 5 }));

function logged(written: readonly Written[]): ExportedEvent[] {
  const heads = new Map<string, number>();
  return written.map(({ type, key, data, batch, correlation, causedBy }, index) => {
    const value = (heads.get(key) ?? -1) + 1;
    heads.set(key, value);
    return {
      event_type: type,
      consistency: { key, value },
      data: data as ExportedEvent['data'],
      position: `${index + 1}`,
      event_id: `log-${index + 1}`,
      correlation: correlation ?? `${UUID}0`,
      sender: '',
      time: '2026-01-31T12:00:00.000Z',
      batch_id: batch ?? `b${index}`,
      ...(causedBy !== undefined && { causation: `log-${causedBy}` }),
    };
  });
}

function faultsOf(events: readonly ExportedEvent[], evidence: Partial<Evidence> = {}): string[] {
  return logFaults({ events, commands: COMMANDS, losses: [], ...evidence });
}

/** The story with one event written otherwise, or left out. Causes are named by position: what is left out stands near the end. */
function changed(find: (one: Written) => boolean, change: (one: Written) => Written[]): ExportedEvent[] {
  const written = story();
  const at = written.findIndex(find);
  expect(at).toBeGreaterThanOrEqual(0);
  return logged(written.toSpliced(at, 1, ...change(written[at]!)));
}

const ofType = (type: string) => (one: Written) => one.type === type;
const twice = (one: Written) => [one, { ...one, batch: 'another' }];

describe('the oracle over the log', () => {
  it('finds nothing wrong when every promise was kept', () => {
    expect(faultsOf(logged(story()))).toEqual([]);
  });

  it('finds a gap in a key', () => {
    const events = logged(story());
    const last = events.at(-1)!;
    const gap = { ...last, consistency: { ...last.consistency, value: 2 } };
    expect(faultsOf([...events.slice(0, -1), gap])).toEqual(['position 19: trans-3 has the value 2 after 0']);
  });

  it('finds a second verdict', () => {
    const events = changed(ofType('RejectedTransaction'), twice);
    expect(faultsOf(events)).toContain('position 20: transaction 3 has two verdicts');
  });

  it('finds an order without a verdict', () => {
    const events = changed(ofType('RejectedTransaction'), () => []);
    expect(faultsOf(events)).toContain('transactions 3 never got a verdict');
  });

  it('finds a verdict that a caller was told and the log does not have', () => {
    const commands = COMMANDS.map((command) =>
      command.outcome.kind === 'verdict' && command.outcome.transaction === 3
        ? { ...command, outcome: { ...command.outcome, status: 'accepted' } }
        : command,
    );
    expect(faultsOf(logged(story()), { commands })).toEqual([
      'transaction 3 was answered as accepted, the log says rejected',
    ]);
  });

  it('finds a balance below zero', () => {
    const events = changed(ofType('ConfirmedCredit'), (one) => [{ ...one, data: { id: 1, amount: 19_000 } }]);
    expect(faultsOf(events)).toContain('position 9: the balance of account 1 is -1000');
  });

  it('finds a transfer that moves something else than was ordered', () => {
    const events = changed(ofType('ConfirmedDebit'), (one) => [{ ...one, data: { id: 1, amount: 19_999 } }]);
    expect(faultsOf(events)).toContain(
      'transaction 1: its batch does not move what was ordered (position 8)',
    );
  });

  it('finds a transfer whose parts are in different batches', () => {
    const events = changed(ofType('ConfirmedDebit'), (one) => [{ ...one, batch: 'alone' }]);
    expect(faultsOf(events)).toContain(
      'transaction 1: its batch does not move what was ordered (position 8)',
    );
  });

  it('finds a command that was carried out twice', () => {
    const deposit = story().find(ofType('ConfirmedCredit'))!;
    const [fault, ...others] = faultsOf(logged([...story(), deposit]));
    expect(fault).toMatch(/"deposit".* is 2 times in the log/);
    expect(others).toEqual([]);
  });

  it('finds it also where the state was lost while it was tried', () => {
    const deposit = story().find(ofType('ConfirmedCredit'))!;
    const losses = [{ service: 'accounts', from: 33, to: 40 }];
    expect(faultsOf(logged([...story(), deposit]), { losses })).toEqual([
      expect.stringMatching(/"deposit".* is 2 times in the log/),
    ]);
  });

  it('lets a command that was carried out be refused only if its state was lost while it was tried', () => {
    const commands = COMMANDS.map((command) =>
      command.order.kind === 'deposit' ? { ...command, outcome: { kind: 'refused' } as const } : command,
    );
    const loss = (service: string | undefined, from: number, to: number) =>
      faultsOf(logged(story()), { commands, losses: [{ service, from, to }] }).length;
    expect([loss('accounts', 33, 40), loss(undefined, 20, 31)]).toEqual([0, 0]);
    expect([loss('users', 33, 40), loss('accounts', 36, 40), loss('accounts', 20, 29)]).toEqual([1, 1, 1]);
  });

  it('finds an answer that names another event, also after a loss', () => {
    const commands = COMMANDS.map((command) =>
      command.outcome.kind === 'requested' && command.outcome.requestId === '2'
        ? { ...command, outcome: { ...command.outcome, requestId: '3' } }
        : command,
    );
    const losses = [{ service: undefined, from: 0, to: 1_000 }];
    expect(faultsOf(logged(story()), { commands, losses })).toContainEqual(
      expect.stringMatching(/"account".* has another event/),
    );
  });

  it('takes a command that was given twice under one key for one, with one answer', () => {
    const transfer = COMMANDS.find(({ outcome }) => outcome.kind === 'verdict')!;
    const again = (transaction: number): Command => ({
      ...transfer,
      outcome: { kind: 'verdict', transaction, status: 'accepted' },
    });
    expect(faultsOf(logged(story()), { commands: [...COMMANDS, again(1)] })).toEqual([]);
    expect(faultsOf(logged(story()), { commands: [...COMMANDS, again(2)] })).toContainEqual(
      expect.stringMatching(/was answered as .*"transaction":1.* and as .*"transaction":2/),
    );
  });

  it('finds a command that was answered and is not in the log, also after a loss', () => {
    const commands: Command[] = [
      ...COMMANDS,
      { key: `${UUID}9`, order: { kind: 'user', name: 'bob' }, from: 1, to: 2, outcome: { kind: 'done' } },
    ];
    const losses = [{ service: undefined, from: 0, to: 9 }];
    expect(faultsOf(logged(story()), { commands, losses })).toEqual([
      expect.stringMatching(/"bob".* is 0 times in the log/),
    ]);
  });

  it('finds a refused command that was carried out', () => {
    const events = logged([
      ...story(),
      { type: 'ConfirmedDebit', key: 'acc-2', data: { id: 2, amount: 90_000 }, correlation: `${UUID}8` },
    ]);
    expect(faultsOf(events)).toContainEqual(expect.stringMatching(/"withdrawal".* is 1 times in the log/));
  });

  it('finds an event that nobody asked for', () => {
    const events = logged([
      ...story(),
      { type: 'ConfirmedCredit', key: 'acc-2', data: { id: 2, amount: 1 }, correlation: `${UUID}f` },
    ]);
    expect(faultsOf(events)).toEqual([`nobody gave the command ${UUID}f of position 20`]);
  });

  it.each([
    ['missing', () => []],
    ['given twice', twice],
    ['too high', (one: Written) => [{ ...one, data: { account_id: 1, points: 2_001 } }]],
  ])('finds a reward that is %s', (_, change) => {
    const written = story();
    const at = written.findLastIndex(ofType('PointsEarned'));
    // The later transfer goes without, so that the points before it do not matter.
    const events = logged(written.slice(0, at + 1).toSpliced(at, 1, ...change(written[at]!)));
    const commands = COMMANDS.slice(0, 5);
    expect(faultsOf(events, { commands })).toEqual([
      expect.stringMatching(/^transaction 1 of 20000: rewarded with .* instead of \[PointsEarned 1 2000\]$/),
    ]);
  });

  it('finds a refund that the points do not cover', () => {
    const events = changed(ofType('PointsEarned'), (one) => [
      { ...one, data: { account_id: 1, points: 100 } },
    ]);
    expect(faultsOf(events)).toContainEqual(expect.stringMatching(/^transaction 2 of 5000: rewarded with/));
    expect(faultsOf(events)).toContain('position 16: account 1 has -400 points');
  });

  it('finds a refund that is not what the points spent', () => {
    const written = story();
    const at = written.findLastIndex(ofType('ConfirmedCredit'));
    const events = logged(written.toSpliced(at, 1, { ...written[at]!, data: { id: 1, amount: 501 } }));
    expect(faultsOf(events)).toEqual([expect.stringMatching(/^transaction 2 of 5000: rewarded with/)]);
  });
});
