/**
 * Small JSON values that outlive a reload (`sessionStorage`: this tab) or the tab (`localStorage`: this browser).
 * Storage may be forbidden or full: then nothing is kept, and the pages go on. What comes back is `unknown`: it may be from
 * an older version or from somebody else, so whoever reads it checks it.
 */
export interface Keep {
  read(name: string): unknown;
  write(name: string, value: unknown): void;
  remove(name: string): void;
}

const PREFIX = 'autokrator.';

function keepIn(storage: () => Storage): Keep {
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  return {
    read: (name) =>
      attempt(() => JSON.parse(storage().getItem(PREFIX + name) ?? 'null') as unknown) ?? undefined,
    write: (name, value) => attempt(() => storage().setItem(PREFIX + name, JSON.stringify(value))),
    remove: (name) => attempt(() => storage().removeItem(PREFIX + name)),
  };
}

export const tabKeep = keepIn(() => sessionStorage);
export const browserKeep = keepIn(() => localStorage);

/** Calls back when another tab of this browser has changed the value of this name. */
export function onChangeElsewhere(name: string, listener: () => void): () => void {
  const heard = (event: StorageEvent) => {
    if (event.key === PREFIX + name) listener();
  };
  window.addEventListener('storage', heard);
  return () => window.removeEventListener('storage', heard);
}
