/** Whether the account to pay exists, asked a moment after the last digit. Not knowing does not stop anybody: the bank decides. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Problem } from '../../api/problem.js';
import { useServices } from '../../app/services.js';
import { browserTimers } from '../../platform/timers.js';
import { recipientRead } from '../reads.js';

export interface Recipient {
  state: 'none' | 'asking' | 'there' | 'missing' | 'unknown';
  words: string;
}

const PAUSE_MS = 300;

export function useRecipient(id: number | undefined): Recipient {
  const { api } = useServices();
  const [settled, setSettled] = useState(id);
  useEffect(() => browserTimers.after(PAUSE_MS, () => setSettled(id)), [id]);
  const { data, error } = useQuery({
    ...recipientRead(api, settled ?? 0),
    enabled: settled !== undefined,
    // An account that was not there may have been opened since.
    staleTime: (query) => (query.state.data ? Number.POSITIVE_INFINITY : 0),
  });
  if (id === undefined) return { state: 'none', words: 'The number of the account, such as 42.' };
  if (id !== settled || (!data && !error)) return { state: 'asking', words: 'Looking …' };
  if (data) return { state: 'there', words: `✓ Account ${id} exists.` };
  if (error instanceof Problem && error.status === 404)
    return { state: 'missing', words: `There is no account ${id}.` };
  return {
    state: 'unknown',
    words: 'It could not be checked now. You can send all the same: the bank checks it again.',
  };
}
