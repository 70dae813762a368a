/** What a person prefers in this browser, whatever page: the theme, and how times are written. */
import { TIME_STYLES, type TimeStyle } from '../format/time.js';
import { browserKeep } from './storage.js';
import { createStore, type Store } from './store.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = kept<Theme>('theme', THEMES, 'system');
export const timeStyle = kept<TimeStyle>('time', TIME_STYLES, 'local');

/** Puts the chosen theme on the document, now and whenever it changes. */
export function applyTheme(): void {
  const apply = () => {
    const chosen = theme.get();
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  };
  theme.subscribe(apply);
  apply();
}

function kept<T extends string>(name: string, allowed: readonly T[], otherwise: T): Store<T> {
  const read = browserKeep.read(name);
  const store = createStore<T>(allowed.find((value) => value === read) ?? otherwise);
  store.subscribe(() => browserKeep.write(name, store.get()));
  return store;
}
