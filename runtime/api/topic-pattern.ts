import { HostError } from '../lua/vm.js';

/**
 * Patterns of topics: `account:{id}`. A variable stands for a text without `:` that is not empty; everything else is meant
 * literally.
 */
export type TopicMatch = (topic: string) => Readonly<Record<string, string>> | undefined;

const PART = /\{([A-Za-z_][A-Za-z0-9_]*)\}|([^{}]+)/y;

/**
 * @param call who asks, for the error: `updates:resume`
 * @returns gives the variables of a topic that matches
 * @throws HostError naming what is wrong with the pattern
 */
export function parseTopicPattern(call: string, pattern: string): TopicMatch {
  const wrong = (why: string) => new HostError(`${call}: the pattern ${JSON.stringify(pattern)} ${why}`);
  const names: string[] = [];
  let source = '';
  PART.lastIndex = 0;
  while (PART.lastIndex < pattern.length) {
    const [, name, literal] = PART.exec(pattern) ?? [];
    if (name === undefined && literal === undefined) throw wrong('has a brace that belongs to no {name}');
    if (name === undefined) {
      source += literal?.replace(/[\\^$.*+?()[\]|/]/g, '\\$&');
      continue;
    }
    if (names.includes(name)) throw wrong(`has {${name}} twice`);
    if (source.endsWith(VALUE)) throw wrong(`has {${name}} right behind another variable`);
    names.push(name);
    source += VALUE;
  }
  const whole = new RegExp(`^${source}$`, 'u');
  return (topic) => {
    const values = whole.exec(topic);
    return values ? Object.fromEntries(names.map((name, n) => [name, values[n + 1] ?? ''])) : undefined;
  };
}

const VALUE = '([^:]+)';
