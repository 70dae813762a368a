/** A line that a process wrote, for people: a JSON log line as time, level, message and what else it says; anything else as it is. */
export function logLine(line: string): string {
  const record = parse(line);
  if (record === undefined) return line;
  const { time, level, msg, name: _name, pid: _pid, ...details } = record;
  const rest = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : '';
  return `${String(time).slice(11, 23)} ${level} ${msg ?? ''}${rest}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'level' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
