import { type Random, seededRandom } from '../../../common/random.js';
import { SimBus } from '../../../runtime/service/engine/testing/sim-bus.js';
import {
  type Faults,
  NO_FAULTS,
  SimInstance,
  type SimWorld,
} from '../../../runtime/service/engine/testing/sim-service.js';
import { SimState } from '../../../runtime/service/engine/testing/sim-store.js';
import { VirtualTime } from '../../../runtime/service/engine/testing/virtual-time.js';
import type { RouteOutcome } from '../../../runtime/service/types.js';
import type { MemoryState } from '../../../runtime/state/memory/memory-state.js';
import { accountKey, classicBank, modernBank } from './banks.js';
import { check } from './checks.js';

/** What one run is made of; everything else follows from the seed. */
export interface Scenario {
  readonly style: 'modern' | 'classic';
  readonly instances: number;
  readonly faults: Faults;
  /** killing, stopping and cutting whole processes now and then */
  readonly accidents: boolean;
  /** the bus crashes now and then */
  readonly busCrashes: boolean;
  /** the state is wiped under running instances */
  readonly wipes: boolean;
  /** the state is set back to an older copy while no instance runs */
  readonly setBacks: boolean;
  readonly requests: number;
}

/** A route call of the simulation, repeated under its key until it is answered. */
export interface Withdrawal {
  readonly key: string;
  readonly id: string;
  readonly amount: number;
  outcome: RouteOutcome | undefined;
}

export interface Finished {
  readonly bus: SimBus;
  readonly state: SimState;
  readonly withdrawals: readonly Withdrawal[];
  /** the answers to Idempotency-Keys are nowhere but in the state: without it, a repeated request is a new one */
  readonly answersLost: boolean;
}

const ACCOUNTS = ['1', '2', '3'];
const START = 1_800_000_000_000;

/** Runs a scenario to its end. @throws Error naming what was violated */
export async function run(seed: number, scenario: Scenario): Promise<void> {
  await new Simulation(seed, scenario).run();
}

class Simulation {
  readonly #time = new VirtualTime(START);
  readonly #random: Random;
  readonly #world: SimWorld;
  readonly #state: SimState;
  readonly #instances: SimInstance[] = [];
  readonly #withdrawals: Withdrawal[] = [];
  readonly lines: string[] = [];
  #session = 0;
  #starts = 0;
  #copy: MemoryState | undefined;

  constructor(
    private readonly seed: number,
    private readonly scenario: Scenario,
  ) {
    this.#random = seededRandom(seed);
    const log = (level: string) => (details: object, message: string) => {
      this.lines.push(`${this.#time.now() - START} ${level} ${message} ${JSON.stringify(details)}`);
    };
    const bus = new SimBus(this.#time, () => this.#random.next() * 3, {
      ackDeadlineMs: 3_000,
      retryDelayMs: 50,
      retryDelayMaxMs: 200,
      attemptsMax: 20,
      laneInFlightMax: 4,
    });
    this.#world = {
      time: this.#time,
      random: this.#random,
      bus,
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      limits: {
        handlerMs: 2_500,
        routeMs: 3_000,
        busWaitMs: 500,
        contentionWaitMs: 200,
        appliedWaitMs: 500,
        leaseMs: 400,
        pageEvents: 7,
        retryMs: 10,
        retryMaxMs: 100,
        sweepMs: 300,
        entryStaleMs: 700,
        stopMs: 500,
      },
      faults: scenario.faults,
    };
    this.#state = new SimState(this.#time);
  }

  async run(): Promise<void> {
    let over = false;
    const script = this.#script();
    script.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    try {
      await this.#time.until(() => over, 3_600_000);
      await script;
      const { bus } = this.#world;
      const { style, wipes, setBacks } = this.scenario;
      check(style, {
        bus,
        state: this.#state,
        withdrawals: this.#withdrawals,
        answersLost: wipes || setBacks,
      });
    } catch (error) {
      const lines = [...this.lines.slice(-40), ...this.#remains()];
      throw new Error(
        `seed ${this.seed}: ${error instanceof Error ? error.stack : error}\n${lines.join('\n')}`,
      );
    }
  }

  /** What is in the log and in the state, for whoever reads a failure. */
  #remains(): string[] {
    const spaces = ['meta', 'mark', 'outbox', 'data'] as const;
    return [
      ...this.#world.bus.events().map((event) => JSON.stringify(event)),
      ...spaces.flatMap((space) =>
        this.#state.memory
          .keys(space)
          .map((key) => `${space} ${key} ${JSON.stringify(this.#state.memory.item(space, key))}`),
      ),
    ];
  }

  async #script(): Promise<void> {
    const { bus } = this.#world;
    await bus.start();
    await this.#condition(() => {
      this.#replaceTheDead();
      return this.#live().length > 0;
    });
    this.#connectOutside();
    const deposit = this.scenario.style === 'modern' ? 'Credit' : 'Deposited';
    for (const id of ACCOUNTS) this.#send(deposit, accountKey(id), { amount: 100 });
    let trouble = true;
    void this.#keepMakingTrouble(() => trouble);
    for (let n = 0; n < this.scenario.requests; n++) {
      await this.#sleep(this.#random.next() * 30);
      this.#request(n);
    }
    await this.#sleep(500);
    trouble = false;
    this.#world.faults = NO_FAULTS;
    await this.#comeToAnEnd();
  }

  /** Faults have stopped: everything owed has to be handled, everybody answered, every entry finished. */
  async #comeToAnEnd(): Promise<void> {
    const { bus } = this.#world;
    await this.#condition(() => bus.up);
    for (const instance of this.#instances) instance.process.go();
    await this.#condition(() => {
      this.#replaceTheDead();
      return bus.owed('accounts') === 0 && this.#unsent.length === 0;
    });
    await this.#condition(() => this.#withdrawals.every(({ outcome }) => outcome?.kind === 'answer'));
    await this.#condition(() => this.#state.memory.keys('outbox').length === 0);
    await this.#condition(() => bus.owed('accounts') === 0);
    // Long enough for a last look at what is in doubt, and for marks raised behind.
    await this.#sleep(20_000);
    for (const instance of this.#living()) void instance.engine.stop();
    await this.#sleep(2_000);
  }

  #request(n: number): void {
    const from = this.#account();
    const to = this.#account();
    const amount = 1 + this.#random.int(40);
    switch (this.#random.int(3)) {
      case 0:
        this.#send('Transfer', `trans-${n}`, { from, to, amount });
        break;
      case 1:
        this.#send('Order', `order-${n}`, { account: from, amount });
        break;
      default:
        this.#withdraw({ key: `withdrawal-${n}`, id: from, amount, outcome: undefined });
    }
  }

  #withdraw(withdrawal: Withdrawal): void {
    this.#withdrawals.push(withdrawal);
    void this.#untilAnswered(withdrawal);
  }

  /** A caller that does not give up: the same request under the same key, to whichever instance there is. */
  async #untilAnswered(withdrawal: Withdrawal): Promise<void> {
    const { key, id, amount } = withdrawal;
    while (withdrawal.outcome?.kind !== 'answer') {
      const instance = this.#pick(this.#living());
      const request = {
        method: 'POST',
        path: '/withdrawal',
        url: '/withdrawal',
        args: {},
        query: {},
        headers: {},
        body: { id, amount },
        caller: undefined,
      };
      const correlation = '00000000-0000-8000-8000-000000000000';
      const handler = (this.scenario.style === 'modern' ? modernBank() : classicBank()).routes[0]!.handler;
      const call = {
        handler,
        request,
        idempotencyKey: key,
        correlation,
        waitApplied: this.#random.next() < 0.5,
      };
      withdrawal.outcome = await instance?.route(call, 5_000);
      await this.#sleep(20);
    }
  }

  // --- accidents ---------------------------------------------------------------------------------------------------------

  async #keepMakingTrouble(goOn: () => boolean): Promise<void> {
    const accidents = this.#accidents();
    while (goOn()) {
      await this.#sleep(20 + this.#random.next() * 150);
      if (goOn()) this.#pick(accidents)?.();
      if (goOn()) this.#replaceTheDead();
    }
  }

  #accidents(): (() => void)[] {
    const { accidents, busCrashes, wipes, setBacks } = this.scenario;
    const victim = () => this.#pick(this.#living());
    return [
      ...(accidents
        ? [() => victim()?.process.kill(), () => victim()?.cut(), () => this.#pause(victim())]
        : []),
      ...(busCrashes ? [() => this.#crashBus()] : []),
      ...(wipes ? [() => this.#state.wipe()] : []),
      ...(setBacks ? [() => this.#setBack()] : []),
    ];
  }

  /** As by SIGSTOP: shorter or longer than the bus waits for an acknowledgement. */
  #pause(instance: SimInstance | undefined): void {
    if (!instance) return;
    instance.process.stop();
    this.#time.after(this.#random.next() * 6_000, () => instance.process.go());
  }

  #crashBus(): void {
    const { bus } = this.#world;
    if (!bus.up) return;
    bus.crash();
    this.#time.after(50 + this.#random.next() * 100, () => void bus.start());
  }

  /**
   * The state becomes a copy made some time before: while every instance is dead, or under those that run, as when a server starts
   * again with less than it had.
   */
  #setBack(): void {
    if (this.#copy && this.#random.next() < 0.5) {
      if (this.#random.next() < 0.5) for (const instance of this.#living()) instance.process.kill();
      this.#state.setBack(this.#copy);
      this.#copy = undefined;
    } else {
      void this.#state.snapshot().then((copy) => {
        this.#copy = copy;
      });
    }
  }

  // --- who takes part ----------------------------------------------------------------------------------------------------

  #startInstance(): void {
    const model = this.scenario.style === 'modern' ? modernBank() : classicBank();
    this.#starts++;
    this.#instances.push(new SimInstance(this.#world, `instance-${this.#starts}`, model, this.#state));
  }

  #replaceTheDead(): void {
    while (this.#living().length < this.scenario.instances) this.#startInstance();
  }

  #living(): SimInstance[] {
    return this.#instances.filter(({ alive }) => alive);
  }

  #live(): SimInstance[] {
    return this.#living().filter(({ engine }) => engine.state().kind === 'live');
  }

  /** Somebody else's service: sends events without a condition, each until it is accepted. */
  readonly #unsent: { batchId: string; type: string; key: string; data: string }[] = [];

  #connectOutside(): void {
    const { bus } = this.#world;
    const session = bus.connect({
      hears: (effect) => {
        if (effect.kind !== 'receipt') return;
        const at = this.#unsent.findIndex(({ batchId }) => batchId === effect.batchId);
        if (at >= 0) this.#unsent.splice(at, 1);
      },
      lost: () => this.#reconnectOutside(),
    });
    if (session === undefined) {
      this.#reconnectOutside();
      return;
    }
    this.#session = session;
    bus.submit({
      kind: 'register',
      sessionId: session,
      clientType: 'outside',
      eventTypes: [],
      features: ['batch', 'atomic', 'errors'],
      maxInFlight: 0,
    });
    for (const event of this.#unsent) this.#submit(event);
  }

  #reconnectOutside(): void {
    this.#time.after(20, () => this.#connectOutside());
  }

  #send(type: string, key: string, data: object): void {
    this.#sent++;
    const event = { batchId: `outside-${this.#sent}`, type, key, data: JSON.stringify(data) };
    this.#unsent.push(event);
    this.#submit(event);
  }

  #sent = 0;

  #submit({ batchId, type, key, data }: { batchId: string; type: string; key: string; data: string }): void {
    const correlation = '00000000-0000-8000-8000-000000000001';
    const event = {
      type,
      key,
      data,
      checksum: '',
      correlationId: 1,
      correlation,
      expect: { kind: 'implicit' } as const,
    };
    this.#world.bus.submit({ kind: 'new', sessionId: this.#session, events: [event], batchId, atomic: true });
  }

  // --- chance and time ---------------------------------------------------------------------------------------------------

  #account(): string {
    return this.#pick(ACCOUNTS) ?? '1';
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#random.int(Math.max(1, items.length))];
  }

  #sleep(ms: number): Promise<void> {
    return this.#time.sleep(ms);
  }

  async #condition(holds: () => boolean): Promise<void> {
    for (let n = 0; !holds(); n++) {
      if (n > 6_000) throw new Error(`never happens: ${holds}`);
      await this.#sleep(20);
    }
  }
}
