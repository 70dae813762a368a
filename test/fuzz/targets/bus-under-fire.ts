import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawClient } from '../../../bus/server/testing/raw-client.js';
import { BusProcess } from '../../support/bus-process.js';
import { notHanging } from '../target.js';

/** Resident memory a process under fire may have. */
const RESIDENT_MIB_MAX = 900;
/** What a good client may wait for a receipt meanwhile. */
const SERVED_MS_MAX = 5000;

/** A bus as a process of its own, and a good client beside the one that fires. */
export class BusUnderFire {
  readonly bus: BusProcess;
  readonly #directory: string;
  #witness: RawClient;
  #accepted = 0;

  private constructor(bus: BusProcess, directory: string, witness: RawClient) {
    this.bus = bus;
    this.#directory = directory;
    this.#witness = witness;
  }

  static async start(): Promise<BusUnderFire> {
    const directory = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const bus = await BusProcess.start(`log:${directory}/log`);
    return new BusUnderFire(bus, directory, await RawClient.connect(bus.address));
  }

  get port(): number {
    return Number(new URL(this.bus.address).port);
  }

  /** The good client is served, in order, and the process has not grown. @throws Error */
  async check(): Promise<void> {
    const begun = performance.now();
    const receipt = await notHanging(
      'a receipt for the good client',
      this.#witness.publish('Witness', 'witness', { n: this.#accepted }),
    );
    if (receipt.receipts[0]?.status !== 'success')
      throw new Error(`the good client was refused: ${JSON.stringify(receipt)}`);
    const ms = performance.now() - begun;
    if (ms > SERVED_MS_MAX) throw new Error(`the good client waited ${Math.round(ms)} ms`);
    this.#accepted += 1;
    checkResident(this.bus.pid);
  }

  async close(): Promise<void> {
    await this.#witness.close();
    await this.bus.end('SIGKILL');
    rmSync(this.#directory, { recursive: true });
  }
}

/** @throws Error if the process is gone, or larger than it may be */
export function checkResident(pid: number): void {
  const mib = residentMiB(pid);
  if (mib > RESIDENT_MIB_MAX) throw new Error(`the process has ${mib} MiB`);
}

/** Linux tells it; elsewhere 0. @throws Error if the process is gone */
export function residentMiB(pid: number): number {
  process.kill(pid, 0);
  if (process.platform !== 'linux') return 0;
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error('the process has ended');
  return Math.round(Number(kib) / 1024);
}
