import { useMutation } from '@tanstack/react-query';
import { Problem } from '../api/problem.js';

export interface Credentials {
  username: string;
  password: string;
}

export type Mistakes = Partial<Record<keyof Credentials, string>>;

/** One sending of a form at a time, and what became of it. */
export function useSubmit(send: (values: Credentials) => Promise<void>, onDone: () => void) {
  const { mutate, isPending, error } = useMutation({ mutationFn: send, onSuccess: onDone });
  return {
    busy: isPending,
    problem: error && sentence(error),
    submit(values: Credentials) {
      if (!isPending) mutate(values);
    },
  };
}

/** `field`: the one it is about, if it is one of the form's. */
function sentence(error: Error): { message: string; field?: keyof Credentials } {
  if (!(error instanceof Problem)) return { message: error.message };
  if (error.code === 'wrong_credentials') return { message: 'The name or the password is wrong.' };
  if (error.status === 429) {
    const wait = error.retryAfter ? `${error.retryAfter} seconds` : 'a little';
    return { message: `Too many attempts. Wait ${wait}, then try again.` };
  }
  if (error.field === 'username' || error.field === 'password')
    return { message: error.message, field: error.field };
  return { message: error.message };
}
