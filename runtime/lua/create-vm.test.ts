import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createVm } from './create-vm.js';
import { BUDGETS, runHandler, scriptErrorOf, startScript } from './testing/script.js';
import { Abort, HostError, type LuaFunction, Results } from './vm.js';

describe('a script', () => {
  it('hands functions to the host, which calls them with values and gets the results', async () => {
    const script = await startScript('test.on("add", function(a, b) return a + b, {sum = a + b}, nil end)');
    expect(await script.call('add', 1, 2)).toEqual([3, { sum: 3 }, undefined]);
    expect(script.functions.get('add')!.where).toBe('script.lua:1');
    script.close();
  });

  it('gets its own function back as the same function', async () => {
    const script = await startScript(`
      local function f() return "f" end
      test.on("f", f)
      test.on("same", function(g) return g == f, g() end)`);
    expect(await script.call('same', script.functions.get('f')!)).toEqual([true, 'f']);
    script.close();
  });

  it('calls host functions with a dot and with a colon alike', async () => {
    const seen: unknown[] = [];
    const bus = { send: (_: unknown, ...args: unknown[]) => void seen.push(args) };
    await runHandler('bus.send("a", nil, 1) bus:send("a", nil, 1)', { globals: { bus } });
    expect(seen).toEqual([
      ['a', undefined, 1],
      ['a', undefined, 1],
    ]);
  });

  it('gives the host function the context of the call', async () => {
    const contexts: unknown[] = [];
    const globals = { host: { who: (context: unknown) => void contexts.push(context) } };
    const script = await startScript('host.who() test.on("f", function() host.who() end)', { globals });
    await script.vm.call(script.functions.get('f')!, [], { handler: 1 });
    expect(contexts).toEqual(['start', { handler: 1 }]);
    script.close();
  });

  it('gets several results, plain globals and the lines of print', async () => {
    const lines: string[] = [];
    const result = await runHandler(
      'print("a", 1, nil, json.null) local x, y = host.two() return x, y, HTTP_OK',
      {
        globals: { host: { two: () => new Results([1, 'b']) }, HTTP_OK: 200 },
        print: (context, line) => lines.push(`${context}: ${line}`),
      },
    );
    expect(result).toEqual([1, 'b', 200]);
    expect(lines).toEqual(['context: a\t1\tnil\tnull']);
  });

  it('runs handlers side by side, each with its own locals', async () => {
    const waiting: (() => void)[] = [];
    const pause = () => new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined)));
    const script = await startScript('test.on("f", function(n) local m = n host.pause() return m end)', {
      globals: { host: { pause } },
    });
    const running = [script.call('f', 1), script.call('f', 2), script.call('f', 3)];
    for (const resume of waiting.reverse()) resume();
    expect(await Promise.all(running)).toEqual([[1], [2], [3]]);
    script.close();
  });

  it('may be called back by a host function that it called, each call with its own budget', async () => {
    const calls: Promise<unknown>[] = [];
    const script = await startScript(
      `test.on("outer", function() for i = 1, 1000 do end host.again() for i = 1, 1000 do end return "outer" end)
       test.on("inner", function() for i = 1, 1000 do end return "inner" end)`,
      {
        globals: { host: { again: () => void calls.push(script.call('inner')) } },
        budgets: { instructionsMax: 3000 },
      },
    );
    expect(await script.call('outer')).toEqual(['outer']);
    expect(await Promise.all(calls)).toEqual([['inner']]);
    script.close();
  });

  it('pays for what it does between such calls', async () => {
    const script = await startScript(
      'test.on("outer", function() while true do host.again() end end) test.on("inner", function() end)',
      { globals: { host: { again: () => void script.call('inner') } }, budgets: { instructionsMax: 3000 } },
    );
    expect((await scriptErrorOf(script.call('outer'))).details.kind).toBe('budget');
    script.close();
  });

  it('keeps the heap flat over 100,000 calls', async () => {
    const script = await startScript(
      'test.on("f", function(event) local t = {event.data, {1, 2}} return #t end)',
    );
    const calls = async (): Promise<void> => {
      for (let call = 0; call < 50_000; call++) await script.call('f', { data: { id: call, note: 'x' } });
    };
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await calls();
    collect();
    const before = process.memoryUsage().heapUsed;
    await calls();
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1 << 20);
    script.close();
  });
});

describe('an error', () => {
  it('of the syntax names file and line', async () => {
    const { details } = await scriptErrorOf(startScript('local a = 1\nlocal b = = 2'));
    expect(details).toMatchObject({ kind: 'syntax' });
    expect(details.message).toMatch(/^script\.lua:2: unexpected symbol near '='/);
  });

  it('at run time carries the traceback of the whole stack', async () => {
    const source = 'local function deep()\n  error("no")\nend\ntest.on("f", function()\n  deep()\nend)';
    const script = await startScript(source);
    const { details } = await scriptErrorOf(script.call('f'));
    expect(details).toMatchObject({ kind: 'runtime', message: 'script.lua:2: no' });
    expect(details.traceback).toMatch(/script\.lua:2: in .*deep'[\s\S]*script\.lua:5: in function/);
    script.close();
  });

  it('inside a coroutine of the script shows the stack that resumed it', async () => {
    const { details } = await scriptErrorOf(
      runHandler('local w = coroutine.wrap(function() error("inside") end)\nw()'),
    );
    expect(details.message).toBe('script.lua:1: inside');
    expect(details.traceback).toContain('script.lua:2:');
  });

  it('does not show coroutines that are only suspended', async () => {
    const body = 'local next = coroutine.wrap(function()\ncoroutine.yield()\nend) next()\nerror("x")';
    const { details } = await scriptErrorOf(runHandler(body));
    expect(details.traceback).toContain('script.lua:4:');
    expect(details.traceback).not.toContain('script.lua:2:');
  });

  it.each([
    ['error({code = 1})', 'error value {"code":1}'],
    ['error(nil)', 'error value nil'],
    ['error(print)', 'an error value that is no text: value: a function cannot leave Lua'],
    ['error("\\xff")', 'script.lua:1: \ufffd'],
  ])('%s is shown as %s', async (body, message) => {
    expect((await scriptErrorOf(runHandler(body))).message).toBe(message);
  });

  it('of a missing script names the file', async () => {
    const vm = createVm({
      file: '/nowhere/x.lua',
      globals: {},
      now: () => 0,
      random: () => 0,
      budgets: BUDGETS,
    });
    expect((await scriptErrorOf(vm.start(undefined))).message).toMatch(
      /^cannot read \/nowhere\/x\.lua: ENOENT/,
    );
  });

  it('of the host raised for the script comes with its line, and may be caught', async () => {
    const globals = {
      bus: {
        send: () => {
          throw new HostError('bus:send: key must be a text');
        },
      },
    };
    const { details } = await scriptErrorOf(runHandler('\nbus:send(1)', { globals }));
    expect(details).toMatchObject({
      kind: 'runtime',
      message: 'script.lua:2: bus:send: key must be a text',
    });
    expect(await runHandler('return pcall(function() bus:send(1) end)', { globals })).toEqual([
      false,
      'script.lua:1: bus:send: key must be a text',
    ]);
  });

  it.each([
    ['an Abort', new Abort('conflict')],
    ['a fault of the host', new TypeError('x is undefined')],
  ])(
    'that is %s ends the handler through every pcall, and is what the call rejects with',
    async (_, error) => {
      const host = {
        now: () => {
          throw error;
        },
        later: () => Promise.reject(error),
      };
      for (const name of ['now', 'later']) {
        const body = `pcall(xpcall, coroutine.wrap(function() pcall(host.${name}) end), print) return "caught"`;
        await expect(runHandler(body, { globals: { host } })).rejects.toBe(error);
      }
    },
  );
});

describe('closing', () => {
  it('ends waiting handlers with an Abort, and refuses further calls', async () => {
    let answer = (_: string): void => undefined;
    let wentOn = false;
    const wait = () => new Promise<string>((resolve) => (answer = resolve));
    const mark = (): undefined => {
      wentOn = true;
    };
    const script = await startScript('test.on("f", function() host.wait() host.mark() end)', {
      globals: { host: { wait, mark } },
    });
    const call = script.call('f');
    script.close();
    await expect(call).rejects.toBeInstanceOf(Abort);
    answer('late');
    await expect(script.call('f')).rejects.toBeInstanceOf(Abort);
    expect(wentOn).toBe(false);
    expect(script.vm.running()).toEqual([]);
  });

  it('is preceded by a list of what runs and where it is stuck', async () => {
    const globals = { host: { wait: () => new Promise<string>(() => undefined) } };
    const script = await startScript(
      'local function inner()\n  host.wait()\nend\ntest.on("f", function()\n  coroutine.wrap(inner)()\nend)',
      { globals },
    );
    const call = script.call('f');
    const [stuck] = script.vm.running();
    expect(stuck!.where).toBe('script.lua:4');
    expect(stuck!.traceback).toMatch(/script\.lua:2: in function[\s\S]*script\.lua:5:/);
    script.close();
    await expect(call).rejects.toBeInstanceOf(Abort);
  });
});

describe('a handle', () => {
  it('of something that is no function of the VM is refused', async () => {
    const script = await startScript('');
    const fake: LuaFunction = { luaFunction: true, where: 'x' };
    await expect(script.vm.call(fake, [], undefined)).rejects.toThrow('not a function of this VM');
    script.close();
  });
});
