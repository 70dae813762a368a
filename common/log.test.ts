import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from './log.js';
import { LOG_LEVELS, type LogLevel } from './log-level.js';

function logged(level: LogLevel, pretty = false) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ name: 'accounts', level, destination, pretty }) };
}

describe('a logger', () => {
  it.each(LOG_LEVELS.map((level, index) => [level, index] as const))(
    'of level %s writes that level and those before it, its children too',
    (level, index) => {
      const { log, lines } = logged(level);
      const child = log.child({ part: 'library' });
      for (const one of LOG_LEVELS.slice(1)) {
        if (one === 'off') continue;
        log[one]('said');
        child[one]('said');
      }
      expect(lines).toHaveLength(2 * index);
    },
  );

  it('writes JSON lines with time, level, name and error', () => {
    const { log, lines } = logged('info');
    log.error({ error: new Error('broken'), key: 'acc-7' }, 'it failed');
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(line).toMatchObject({
      level: 'error',
      name: 'accounts',
      key: 'acc-7',
      msg: 'it failed',
      error: { type: 'Error', message: 'broken' },
    });
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('writes lines for people when asked, at once', () => {
    const { log, lines } = logged('info', true);
    log.warn({ key: 'acc-7' }, 'it is slow');
    expect(lines.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: it is slow\n {4}key: "acc-7"\n$/);
  });
});

describe('the silent logger', () => {
  it('has no level at which it writes', () => {
    expect(silentLogger.isLevelEnabled('fatal')).toBe(false);
    expect(silentLogger.child({}).isLevelEnabled('fatal')).toBe(false);
  });
});
