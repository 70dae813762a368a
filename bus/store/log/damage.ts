import { StoreError } from '../event-store.js';

/** Stored bytes that are not what was written: where, and what is wrong with them. */
export function damaged(file: string, offset: number, position: number, what: string): StoreError {
  return new StoreError(
    'damaged',
    `the log is damaged: ${file}, offset ${offset}, behind position ${position}: ${what}`,
  );
}

/** Any failure of the file system as the port's error. @param doing such as "cannot read the log" */
export function unavailable(doing: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('unavailable', `${doing}: ${reason}`, { cause });
}
