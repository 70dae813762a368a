/** Opening an account: asked for once (also over a reload), pending until it is there. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AccountRequested } from '../../../common/pages/bank.js';
import { useServices } from '../../app/services.js';
import { useFollow } from '../../live/use-follow.js';
import type { Command } from '../commands/command.js';
import { useCommand } from '../commands/use-command.js';
import { accountRequestRead, accountsRead } from '../reads.js';

export interface Opening {
  command: Command<AccountRequested>;
  /** the request that is on its way */
  waiting: string | undefined;
  open(): void;
}

export function useOpening(): Opening {
  const { api, toasts } = useServices();
  const queries = useQueryClient();
  const { command, submit, startAnew } = useCommand<AccountRequested>({
    name: 'open-account',
    initial: {},
    send: (_, key) => api.post('/api/accounts', undefined, key),
    showsAnswer: true,
  });
  const requestId = command.phase === 'answered' ? command.answer.request_id : undefined;
  const read = accountRequestRead(api, requestId ?? '');
  const request = useQuery({ ...read, enabled: requestId !== undefined });
  const opened = request.data?.account_id;

  useFollow(requestId === undefined ? undefined : 'user', undefined, (account) => {
    if (account.request_id === requestId)
      queries.setQueryData(read.queryKey, { status: 'created', account_id: account.account_id });
  });

  useEffect(() => {
    if (opened === undefined) return;
    toasts.show(`Account ${opened} is open.`);
    startAnew();
    const list = accountsRead(api).queryKey;
    const known = queries.getQueryData(list)?.accounts.some(({ id }) => id === opened);
    if (!known) void queries.invalidateQueries({ queryKey: list });
  });

  return {
    command,
    waiting: requestId,
    open() {
      if (command.phase === 'repeated') startAnew();
      submit();
    },
  };
}
