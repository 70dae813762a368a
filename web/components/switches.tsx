/** The two preferences that are always at hand. A press goes on to the next choice; the button's name says which one is chosen. */

import { TIME_STYLES } from '../format/time.js';
import { THEMES, theme, timeStyle } from '../platform/preferences.js';
import type { Store } from '../platform/store.js';
import { useStore } from '../platform/use-store.js';
import { Button } from './button.js';
import styles from './switches.module.css';

const THEME_MARKS = { system: '◐', light: '○', dark: '●' } as const;

export function ThemeSwitch() {
  const chosen = useStore(theme);
  return (
    <Button kind="quiet" small label={`Theme: ${chosen}`} onPress={() => next(theme, THEMES)}>
      <span aria-hidden="true">{THEME_MARKS[chosen]}</span>
      <span aria-hidden="true" className={styles.words}>
        {chosen}
      </span>
    </Button>
  );
}

const TIME_NAMES = { local: 'local time', utc: 'UTC', relative: 'how long ago' } as const;

export function TimeSwitch() {
  const chosen = useStore(timeStyle);
  return (
    <Button kind="quiet" small onPress={() => next(timeStyle, TIME_STYLES)}>
      Times: {TIME_NAMES[chosen]}
    </Button>
  );
}

function next<T extends string>(store: Store<T>, choices: readonly T[]): void {
  store.set(choices[(choices.indexOf(store.get()) + 1) % choices.length]!);
}
