import { NO_FAULTS } from '../../../runtime/service/engine/testing/sim-service.js';
import type { RouteOutcome } from '../../../runtime/service/types.js';
import { Accidents } from './accidents.js';
import { accountKey } from './banks.js';
import { check } from './checks.js';
import { Fleet } from './fleet.js';
import { Outside } from './outside.js';
import { condition, createStage, pick, type Scenario, type Stage } from './scenario.js';

/** A route call of the simulation, repeated under its key until it is answered. */
export interface Withdrawal {
  readonly key: string;
  readonly id: string;
  readonly amount: number;
  outcome: RouteOutcome | undefined;
}

const ACCOUNTS = ['1', '2', '3'];
/** lines of the engines' log in the report of a failure */
const LINES = 40;

/** Runs a scenario to its end and checks what it left. @throws Error with the seed, and what was violated */
export async function run(seed: number, scenario: Scenario): Promise<void> {
  const stage = createStage(seed, scenario);
  const withdrawals: Withdrawal[] = [];
  let over = false;
  const played = play(stage, withdrawals).finally(() => {
    over = true;
  });
  played.catch(() => {}); // heard below, when time has stopped
  try {
    await stage.time.until(() => over, 3_600_000);
    await played;
    check(stage, withdrawals);
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    throw new Error([`seed ${seed}: ${text}`, ...stage.lines.slice(-LINES), ...remains(stage)].join('\n'));
  }
}

async function play(stage: Stage, withdrawals: Withdrawal[]): Promise<void> {
  const { bus, time, random, scenario, world } = stage;
  await bus.start();
  const fleet = new Fleet(stage);
  await condition(time, () => {
    fleet.replaceTheDead();
    return fleet.isLive();
  });
  const outside = new Outside(stage);
  const deposit = scenario.style === 'modern' ? 'Credit' : 'Deposited';
  for (const id of ACCOUNTS) outside.send(deposit, accountKey(id), { amount: 100 });

  let happening = true;
  void new Accidents(stage, fleet).keepHappening(() => happening);
  for (let n = 0; n < scenario.requests; n++) {
    await time.sleep(random.next() * 30);
    request(n, stage, outside, fleet, withdrawals);
  }
  await time.sleep(500);
  happening = false;
  world.faults = NO_FAULTS;
  await comeToAnEnd(stage, fleet, outside, withdrawals);
}

/** Faults have stopped: everything owed has to be handled, everybody answered, every entry finished. */
async function comeToAnEnd(
  { bus, time, state }: Stage,
  fleet: Fleet,
  outside: Outside,
  withdrawals: readonly Withdrawal[],
): Promise<void> {
  await condition(time, () => bus.up);
  fleet.go();
  await condition(time, () => {
    fleet.replaceTheDead(); // what was under way may still have killed one
    return bus.owed('accounts') === 0 && outside.done;
  });
  await condition(time, () => withdrawals.every(({ outcome }) => outcome?.kind === 'answer'));
  await condition(time, () => state.memory.keys('outbox').length === 0);
  await condition(time, () => bus.owed('accounts') === 0);
  // Long enough for a last look at what is in doubt, and for marks raised behind.
  await time.sleep(20_000);
  fleet.stop();
  await time.sleep(2_000);
}

function request(
  n: number,
  { random, time }: Stage,
  outside: Outside,
  fleet: Fleet,
  withdrawals: Withdrawal[],
): void {
  const from = pick(random, ACCOUNTS) ?? '';
  const to = pick(random, ACCOUNTS) ?? '';
  const amount = 1 + random.int(40);
  const kind = random.int(3);
  if (kind === 0) outside.send('Transfer', `trans-${n}`, { from, to, amount });
  else if (kind === 1) outside.send('Order', `order-${n}`, { account: from, amount });
  else {
    const withdrawal: Withdrawal = { key: `withdrawal-${n}`, id: from, amount, outcome: undefined };
    withdrawals.push(withdrawal);
    void untilAnswered(withdrawal, fleet, (ms) => time.sleep(ms));
  }
}

/** A caller that does not give up: the same request under the same key, to whichever instance there is. */
async function untilAnswered(
  withdrawal: Withdrawal,
  fleet: Fleet,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const { key, id, amount } = withdrawal;
  while (withdrawal.outcome?.kind !== 'answer') {
    withdrawal.outcome = await fleet.withdraw(key, { id, amount });
    await sleep(20);
  }
}

/** What is in the log and in the state, for whoever reads a failure. */
function remains({ bus, state }: Stage): string[] {
  const spaces = ['meta', 'mark', 'outbox', 'data'] as const;
  return [
    ...bus.events().map((event) => JSON.stringify(event)),
    ...spaces.flatMap((space) =>
      state.memory
        .keys(space)
        .map((key) => `${space} ${key} ${JSON.stringify(state.memory.item(space, key))}`),
    ),
  ];
}
