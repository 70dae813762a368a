import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Problem } from '../../api/problem.js';
import { useServices } from '../../app/services.js';
import { newId } from '../../platform/random.js';
import { tabKeep } from '../../platform/storage.js';
import { browserTimers } from '../../platform/timers.js';
import {
  answered,
  type Command,
  draft,
  edited,
  failed,
  type KeptProblem,
  restored,
  sent,
  type Values,
} from './command.js';
import { failureOf } from './failure.js';

export interface CommandHandle<Answer> {
  command: Command<Answer>;
  edit(change: Values): void;
  /** Sends it; a second time only while it is not known what came of the first, and then under the same key. */
  submit(change?: Values): void;
  /** An empty draft in place of whatever is there. */
  startAnew(): void;
}

export interface CommandOptions<Answer> {
  /** under which it is kept */
  name: string;
  initial: Values;
  /** must pass the key on to the gateway */
  send: (values: Values, key: string) => Promise<Answer>;
  /** whether the page still shows the answer that was kept; if not, it begins with an empty draft */
  showsAnswer: boolean;
}

/** A command, kept in this tab. One that was out when the page was reloaded goes out again, under its key. */
export function useCommand<Answer>({
  name,
  initial,
  send,
  showsAnswer,
}: CommandOptions<Answer>): CommandHandle<Answer> {
  const { session } = useServices();
  const state = session.get();
  // Kept for this person only: the next one who signs in in this tab starts with an empty form.
  const keptAs = `command.${name}.${state.state === 'anonymous' ? '' : state.username}`;
  const [command, setCommand] = useState(() => {
    const found = restored<Answer>(tabKeep.read(keptAs), initial);
    return found.phase === 'answered' && !showsAnswer ? draft<Answer>(initial) : found;
  });
  const current = useRef(command);

  const set = (next: Command<Answer>) => {
    current.current = next;
    tabKeep.write(keptAs, next);
    setCommand(next);
  };

  const carryOut = useEffectEvent((going: Command<Answer>) => {
    if (going.phase !== 'sent') return;
    send(going.values, going.key).then(
      (answer) => set(answered(current.current, answer)),
      (error: unknown) => {
        const problem = error instanceof Problem ? error : new Problem(UNEXPECTED);
        const record = () => set(failed(current.current, kept(problem), failureOf(problem)));
        if (problem.status === 0) browserTimers.after(GOODBYE_MS, record);
        else record();
      },
    );
  });

  // What a reload has cut off.
  useEffect(() => carryOut(current.current), []);

  return {
    command,
    edit: (change) => set(edited(current.current, change)),
    submit(change = {}) {
      const going = sent(edited(current.current, change), newId);
      if (going === current.current) return;
      set(going);
      carryOut(going);
    },
    startAnew: () => set(draft(initial)),
  };
}

/**
 * A reload cuts the request off too, and lets the page that goes away see that as a failure. It has no time left to record it; so
 * the page that comes finds the command as one that is out.
 */
const GOODBYE_MS = 500;

const kept = ({ message, field, id }: Problem): KeptProblem => ({ message, field, id });

const UNEXPECTED = { status: 0, code: 'unexpected', message: 'Something unexpected happened.' };
