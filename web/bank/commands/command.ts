/**
 * A command that a person gives, from the first typed letter to its answer. Pure; what is kept over a reload.
 *
 * - The key is made when it is sent, and stays: sent again after a reload, a lost answer or a second click it is the same command.
 * - While its outcome is not known it can only be sent again, not changed: a changed one would be a second one. That stays so until an answer
 *   speaks of the command and not only of the newest try.
 * - After a refusal, whatever is typed next is a new command. One that was carried out stays as it is, until another is begun.
 */
import type { Failure } from './failure.js';

export type Values = Readonly<Record<string, string>>;

export interface KeptProblem {
  message: string;
  field?: string | undefined;
  id?: string | undefined;
}

export type Command<Answer> =
  | { phase: 'draft'; values: Values; problem?: KeptProblem }
  /** `again`: an earlier try may have reached the bank */
  | { phase: 'sent'; values: Values; key: string; again: boolean }
  | { phase: 'unknown'; values: Values; key: string; problem: KeptProblem }
  | { phase: 'answered'; values: Values; key: string; answer: Answer }
  /** carried out, and its answer lost */
  | { phase: 'repeated'; values: Values; key: string };

export function draft<Answer>(values: Values): Command<Answer> {
  return { phase: 'draft', values };
}

export function edited<Answer>(command: Command<Answer>, change: Values): Command<Answer> {
  return command.phase === 'draft' ? draft({ ...command.values, ...change }) : command;
}

/** Ready to go out; the same object if it is out already, or was carried out. */
export function sent<Answer>(command: Command<Answer>, newKey: () => string): Command<Answer> {
  const { values } = command;
  if (command.phase === 'draft') return { phase: 'sent', values, key: newKey(), again: false };
  if (command.phase === 'unknown') return { phase: 'sent', values, key: command.key, again: true };
  return command;
}

export function answered<Answer>(command: Command<Answer>, answer: Answer): Command<Answer> {
  if (command.phase !== 'sent') return command;
  return { phase: 'answered', values: command.values, key: command.key, answer };
}

export function failed<Answer>(
  command: Command<Answer>,
  problem: KeptProblem,
  failure: Failure,
): Command<Answer> {
  if (command.phase !== 'sent') return command;
  const { values, key, again } = command;
  if (failure === 'repeated') return { phase: 'repeated', values, key };
  if (failure === 'unknown' || (failure === 'turned-away' && again))
    return { phase: 'unknown', values, key, problem };
  return { phase: 'draft', values, problem };
}

/** What was kept, if it is a command with just these values; else a fresh draft. Of one that was out nobody knows how far it got. */
export function restored<Answer>(kept: unknown, initial: Values): Command<Answer> {
  const command = kept as Command<Answer> | null | undefined;
  if (!command || !hasJust(command.values, initial) || !isWhole(command)) return draft(initial);
  return command.phase === 'sent' ? { ...command, again: true } : command;
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
  const keyed = ['sent', 'unknown', 'answered', 'repeated'];
  return keyed.includes(String(command.phase)) && typeof command.key === 'string';
}
