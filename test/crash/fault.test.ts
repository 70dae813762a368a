import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../common/random.js';
import { ACK_DEADLINE_MS, drawFaults, type Fault, type Targets, targetOf } from './fault.js';

const EMBEDDED: Targets = {
  processes: ['bus', 'accounts', 'users'],
  services: ['accounts', 'users'],
  links: ['accounts → bus', 'users → bus'],
  redis: false,
};
const REDIS: Targets = { ...EMBEDDED, redis: true };
const MANY = 2_000;

function kindsOf(faults: readonly Fault[]): string[] {
  return [...new Set(faults.map(({ kind }) => kind))].sort();
}

describe('the faults of a seed', () => {
  it('are the same each time, and others for another seed', () => {
    const draw = (seed: number) => drawFaults(seededRandom(seed), 50, EMBEDDED);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('are of every kind that the system can meet', () => {
    const common = ['abandon', 'cut', 'freeze', 'kill', 'pause'];
    expect(kindsOf(drawFaults(seededRandom(1), MANY, EMBEDDED))).toEqual(
      [...common, 'forget', 'set back'].sort(),
    );
    expect(kindsOf(drawFaults(seededRandom(1), MANY, REDIS))).toEqual(
      [...common, 'kill redis', 'pause redis'].sort(),
    );
  });

  it('meet every process, connection and state', () => {
    const met = new Set(drawFaults(seededRandom(1), MANY, EMBEDDED).map(targetOf));
    const states = EMBEDDED.services.map((service) => `state of ${service}`);
    expect([...met].sort()).toEqual([...EMBEDDED.processes, ...EMBEDDED.links, ...states].sort());
  });

  it('are shorter and longer than the acknowledgement deadline', () => {
    const pauses = drawFaults(seededRandom(1), MANY, EMBEDDED).filter(({ kind }) => kind === 'pause');
    const durations = pauses.map((fault) => ('ms' in fault ? fault.ms : 0));
    expect(Math.min(...durations)).toBeLessThan(ACK_DEADLINE_MS);
    expect(Math.max(...durations)).toBeGreaterThan(ACK_DEADLINE_MS);
  });
});
