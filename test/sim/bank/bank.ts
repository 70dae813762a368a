import type { StateStore } from '../../../runtime/state/state-store.js';
import type { Bus } from '../bus/bus.js';
import { checkBankEnd } from '../checkers/bank-end.js';
import { BankStateChecker } from '../checkers/bank-state.js';
import type { Books } from '../checkers/books.js';
import { Outside } from '../clients/outside.js';
import type { World } from '../world.js';
import { Accidents } from './accidents.js';
import { Customers } from './customers.js';
import { Fleet } from './fleet.js';
import { type Loaded, loadBank } from './models.js';
import { drawScenario, type Scenario } from './scenario.js';
import { SharedState } from './shared-state.js';
import { atOnce } from './state-medium.js';

/**
 * The service of the simulation: real engines over one state, handling requests from outside. Its handlers are such that every
 * mistake in their transactions shows in the books: money that appears, vanishes, or is moved twice.
 */
export class Bank {
  readonly accidents: Accidents;
  readonly customers: Customers;
  readonly #fleet: Fleet;
  readonly #outside: Outside;

  private constructor(
    world: World,
    bus: Bus,
    private readonly books: Books,
    private readonly store: StateStore,
    private readonly scenario: Scenario,
    private readonly loaded: Loaded,
  ) {
    const checker = new BankStateChecker(store, books, scenario.style);
    const state = new SharedState(world, store, (commit) => checker.committed(commit));
    this.#fleet = new Fleet(world, scenario, { model: loaded.model, bus, state });
    this.#outside = new Outside(world, bus);
    this.accidents = new Accidents(world, scenario, this.#fleet, state);
    this.customers = new Customers(world, this.#outside, this.#fleet, books);
  }

  static async create(world: World, bus: Bus, books: Books, store: StateStore): Promise<Bank> {
    const scenario = drawScenario(world);
    world.trace.add(world.agenda.now, 'bank', scenario);
    return new Bank(world, bus, books, store, scenario, await loadBank(world, scenario));
  }

  /** Instances start, and others for those that die. @returns whether one is live: from then on the bank is owed what is sent to it */
  starts(): boolean {
    this.#fleet.replaceTheDead();
    return this.#fleet.isLive();
  }

  /** The doors are open: the first deposits come in. */
  welcome(): void {
    this.#outside.start();
    this.customers.deposit(this.scenario.style);
  }

  /** Faults are over: everybody who was stopped goes on, and who died is replaced. */
  settle(): void {
    this.#fleet.go();
    this.#fleet.replaceTheDead();
  }

  /** What is not finished. */
  get open(): readonly string[] {
    const entries = atOnce(this.store.scan('outbox', undefined, Number.MAX_SAFE_INTEGER));
    return [...this.customers.open, ...entries.map(([name]) => `outbox entry ${name}`)];
  }

  leave(): void {
    this.#fleet.leave();
  }

  /** @throws Violation */
  check(): void {
    const { books, store, scenario } = this;
    checkBankEnd({ books, store, withdrawals: this.customers.withdrawals, scenario });
  }

  close(): void {
    this.loaded.close();
  }
}
