/**
 * A command that a person gives, from the first typed letter to its answer. Pure; what is kept over a reload.
 *
 * - The key is made when it is sent, and stays: sent again after a reload, a lost answer or a second click it is the same command.
 * - While its outcome is not known it can only be sent again, not changed: a changed one would be a second one.
 * - After an answer that settles it, whatever is typed next is a new command.
 */
export type Values = Readonly<Record<string, string>>;

export interface KeptProblem {
  message: string;
  field?: string | undefined;
  id?: string | undefined;
}

export type Command<Answer> =
  | { phase: 'draft'; values: Values; problem?: KeptProblem }
  | { phase: 'sent'; values: Values; key: string }
  | { phase: 'unknown'; values: Values; key: string; problem: KeptProblem }
  | { phase: 'answered'; values: Values; key: string; answer: Answer };

export function draft<Answer>(values: Values): Command<Answer> {
  return { phase: 'draft', values };
}

export function edited<Answer>(command: Command<Answer>, change: Values): Command<Answer> {
  if (command.phase === 'sent' || command.phase === 'unknown') return command;
  return draft({ ...command.values, ...change });
}

/** Ready to go out; the same object if it is out already. */
export function sent<Answer>(command: Command<Answer>, newKey: () => string): Command<Answer> {
  if (command.phase === 'draft') return { phase: 'sent', values: command.values, key: newKey() };
  if (command.phase === 'unknown') return { phase: 'sent', values: command.values, key: command.key };
  return command;
}

export function answered<Answer>(command: Command<Answer>, answer: Answer): Command<Answer> {
  return command.phase === 'sent' ? { ...command, phase: 'answered', answer } : command;
}

export function failed<Answer>(
  command: Command<Answer>,
  problem: KeptProblem,
  outcomeUnknown: boolean,
): Command<Answer> {
  if (command.phase !== 'sent') return command;
  if (outcomeUnknown) return { ...command, phase: 'unknown', problem };
  return { phase: 'draft', values: command.values, problem };
}

/** What was kept, if it is a command with just these values; else a fresh draft. */
export function restored<Answer>(kept: unknown, initial: Values): Command<Answer> {
  const command = kept as Command<Answer> | null | undefined;
  return command && hasJust(command.values, initial) && isWhole(command) ? command : draft(initial);
}

function hasJust(values: unknown, initial: Values): boolean {
  if (typeof values !== 'object' || values === null) return false;
  const names = Object.keys(initial);
  const given = Object.entries(values);
  return (
    given.length === names.length &&
    given.every(([name, text]) => names.includes(name) && typeof text === 'string')
  );
}

function isWhole(command: { phase?: unknown; key?: unknown }): boolean {
  if (command.phase === 'draft') return true;
  return ['sent', 'unknown', 'answered'].includes(String(command.phase)) && typeof command.key === 'string';
}
