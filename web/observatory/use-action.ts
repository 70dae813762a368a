/** A decision of an operator: sent once however often it is pressed, its outcome told in a short line. */
import { useState } from 'react';
import { useServices } from '../app/services.js';
import { tell } from './reads.js';

export interface Action {
  /** the address that is being asked, while it is */
  busy: string | undefined;
  /** False if it was refused, or could not be sent; why has been told. */
  run(path: string, said: string, body?: unknown): Promise<boolean>;
}

export function useAction(): Action {
  const { api, toasts } = useServices();
  const [busy, setBusy] = useState<string>();
  return {
    busy,
    async run(path, said, body) {
      if (busy !== undefined) return false;
      setBusy(path);
      try {
        await tell(api, path, body);
        toasts.show(said);
        return true;
      } catch (problem) {
        toasts.show(`Not done. ${(problem as Error).message}`);
        return false;
      } finally {
        setBusy(undefined);
      }
    },
  };
}
