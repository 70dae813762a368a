/**
 * What goes wrong, drawn from a seed. A fault is data: what happens to whom and for how long. Short disturbances stay below the
 * bus's acknowledgement deadline, long ones go above it, so that work is taken away from a process that still believes in it.
 */
import type { Random } from '../../common/random.js';
import type { Side } from './link.js';

export const ACK_DEADLINE_MS = 3_000;
const SHORT_MS = { min: 100, max: 1_500 };
const LONG_MS = { min: ACK_DEADLINE_MS + 500, max: ACK_DEADLINE_MS + 3_000 };
/** cut from the end of Redis's append-only file: some commits, or a second of them */
const TAIL_BYTES_MAX = 50_000;

/** What becomes of Redis's files while it is down. */
export type RedisFiles =
  | { readonly are: 'kept' | 'forgotten' | 'set back' }
  | { readonly are: 'cut'; readonly bytes: number };

export type Fault =
  /** kill -9; its supervisor starts it again */
  | { readonly kind: 'kill'; readonly process: string }
  /** SIGSTOP, later SIGCONT */
  | { readonly kind: 'pause'; readonly process: string; readonly ms: number }
  | { readonly kind: 'cut'; readonly link: string }
  | { readonly kind: 'freeze'; readonly link: string; readonly ms: number }
  | { readonly kind: 'abandon'; readonly link: string; readonly side: Side; readonly ms: number }
  /** the embedded state of a service is deleted, under its running instances or while all of them are down */
  | { readonly kind: 'forget'; readonly service: string; readonly running: boolean }
  /** an older copy takes the place of the embedded state while all instances are down; the first time a copy is made */
  | { readonly kind: 'set back'; readonly service: string }
  | { readonly kind: 'kill redis'; readonly ms: number; readonly files: RedisFiles }
  | { readonly kind: 'pause redis'; readonly ms: number };

export interface Targets {
  readonly processes: readonly string[];
  readonly services: readonly string[];
  readonly links: readonly string[];
  readonly redis: boolean;
}

export function drawFaults(random: Random, count: number, targets: Targets): Fault[] {
  return Array.from({ length: count }, () => drawFault(random, targets));
}

function drawFault(random: Random, { processes, services, links, redis }: Targets): Fault {
  const one = <Item>(items: readonly Item[]): Item => items[random.int(items.length)]!;
  const ms = (): number => {
    const { min, max } = random.int(2) === 0 ? SHORT_MS : LONG_MS;
    return min + random.int(max - min + 1);
  };
  switch (random.int(10)) {
    case 0:
      return { kind: 'kill', process: 'bus' };
    case 1:
    case 2:
      return { kind: 'kill', process: one(processes) };
    case 3:
    case 4:
      return { kind: 'pause', process: one(processes), ms: ms() };
    case 5:
      return { kind: 'cut', link: one(links) };
    case 6:
      return { kind: 'freeze', link: one(links), ms: ms() };
    case 7:
      return { kind: 'abandon', link: one(links), side: one(['near', 'far']), ms: ms() };
    case 8:
      if (redis) return { kind: 'pause redis', ms: ms() };
      return { kind: 'forget', service: one(services), running: random.int(2) === 0 };
    default:
      if (redis) return { kind: 'kill redis', ms: ms(), files: drawFiles(random) };
      return { kind: 'set back', service: one(services) };
  }
}

function drawFiles(random: Random): RedisFiles {
  const lot = random.int(4);
  if (lot === 0) return { are: 'cut', bytes: 1 + random.int(TAIL_BYTES_MAX) };
  return { are: (['kept', 'forgotten', 'set back'] as const)[lot - 1]! };
}

/** What a fault takes hold of; two faults never hold one thing at once. */
export function targetOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
      return fault.process;
    case 'cut':
    case 'freeze':
    case 'abandon':
      return fault.link;
    case 'forget':
    case 'set back':
      return `state of ${fault.service}`;
    case 'kill redis':
    case 'pause redis':
      return 'redis';
  }
}

export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.process}`;
    case 'pause':
      return `stop ${fault.process} for ${fault.ms} ms`;
    case 'cut':
      return `cut ${fault.link}`;
    case 'freeze':
      return `freeze ${fault.link} for ${fault.ms} ms`;
    case 'abandon':
      return `end ${fault.link} at its ${fault.side} side only, for ${fault.ms} ms`;
    case 'forget':
      return `delete the state of ${fault.service} ${fault.running ? 'while it runs' : 'while it is down'}`;
    case 'set back':
      return `set back the state of ${fault.service}`;
    case 'kill redis': {
      const { files } = fault;
      const what = files.are === 'cut' ? `cut by ${files.bytes} bytes` : files.are;
      return `kill -9 redis for ${fault.ms} ms, its files ${what}`;
    }
    case 'pause redis':
      return `stop redis for ${fault.ms} ms`;
  }
}
