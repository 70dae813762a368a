import { afterEach, describe, expect, it } from 'vitest';
import { type PortOffset, takePortOffset } from './port-offset.js';
import { hold } from './ports.js';

const portsAt = (offset: number) => [5_003 + offset];

describe('An offset to the ports of a system', () => {
  const taken: PortOffset[] = [];
  const take = async (from?: number) => {
    const offset = await takePortOffset(portsAt, from);
    taken.push(offset);
    return offset;
  };
  afterEach(() => {
    for (const { giveBack } of taken.splice(0)) giveBack();
  });

  it('is not given to another while all processes of its system are down', async () => {
    const [first, second] = [await take(process.pid), await take(process.pid)];
    expect(second.value).not.toBe(first.value);
  });

  it('is not given where somebody else listens', async () => {
    const first = await take(process.pid);
    first.giveBack();
    const leave = await hold(portsAt(first.value)[0]!);
    expect((await take(process.pid)).value).not.toBe(first.value);
    leave?.();
  });

  it('is another one the next time: who still calls a system that is gone is answered by nobody', async () => {
    const first = await take();
    first.giveBack();
    expect((await take()).value).not.toBe(first.value);
  });
});
