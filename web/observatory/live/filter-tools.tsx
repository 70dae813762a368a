/** Above the list: which events, and filters under a name. What is chosen goes into the address. */
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { AddressField } from '../../components/address-field.js';
import { Button } from '../../components/button.js';
import { Choice, Field } from '../../components/field.js';
import { useFocusInPlace } from '../../components/use-focus-in-place.js';
import { cx } from '../../design/cx.js';
import { browserKeep } from '../../platform/storage.js';
import { useStore } from '../../platform/use-store.js';
import type { Filter } from './filter.js';
import styles from './live.module.css';
import { openViews } from './views.js';

const route = getRouteApi('/signed-in/observatory/');
const views = openViews(browserKeep);
const NONE: Filter = {};

const FIELDS: readonly { name: keyof Filter; label: string }[] = [
  { name: 'q', label: 'Search' },
  { name: 'types', label: 'Types' },
  { name: 'key', label: 'Key (acc-*)' },
  { name: 'sender', label: 'Service' },
  { name: 'correlation', label: 'Correlation' },
];

export function FilterTools() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (chosen: Filter) =>
    navigate({ search: chosen as typeof filter, replace: true, resetScroll: false });
  const filtered = Object.values(filter).some((value) => value !== undefined);
  // On a phone the fields would take the first screen: they come when they are wanted.
  const [open, setOpen] = useState(filtered);
  return (
    <div className={cx(styles.tools, !open && styles.folded)}>
      <span className={styles.fold}>
        <Button small onPress={() => setOpen(!open)}>
          {open ? 'Fewer filters' : 'Filters'}
        </Button>
      </span>
      {FIELDS.map(({ name, label }) => (
        <AddressField
          key={name}
          label={label}
          name={name}
          type="search"
          value={filter[name] ?? ''}
          navigate={(value) => choose({ ...filter, [name]: value || undefined })}
        />
      ))}
      <SavedViews filter={filter} filtered={filtered} choose={choose} />
    </div>
  );
}

interface SavedViewsProps {
  filter: Filter;
  filtered: boolean;
  choose: (filter: Filter) => void;
}

function SavedViews({ filter, filtered, choose }: SavedViewsProps) {
  const saved = useStore(views);
  const [naming, setNaming] = useState<string>();
  const place = useRef<HTMLDivElement>(null);
  useFocusInPlace(place, naming !== undefined);
  const current = saved.find((view) => same(view.filter, filter));
  return (
    <div className={styles.saved} ref={place}>
      {naming === undefined ? choices() : form(naming)}
    </div>
  );

  function form(name: string) {
    return (
      <form
        className={styles.naming}
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') views.save({ name: name.trim(), filter });
          setNaming(undefined);
        }}
      >
        <Field label="Name of the view" name="view" value={name} onChange={setNaming} maxLength={40} />
        <Button type="submit" kind="primary">
          Save
        </Button>
        <Button kind="quiet" onPress={() => setNaming(undefined)}>
          Cancel
        </Button>
      </form>
    );
  }

  function choices() {
    return (
      <>
        {saved.length > 0 && (
          <Choice
            label="View"
            value={current?.name ?? ''}
            onChange={(name) => choose(saved.find((view) => view.name === name)?.filter ?? NONE)}
            options={[
              { value: '', label: filtered ? '(not saved)' : 'Everything' },
              ...saved.map(({ name }) => ({ value: name, label: name })),
            ]}
          />
        )}
        {filtered && !current && (
          <Button kind="quiet" onPress={() => setNaming('')}>
            Save view
          </Button>
        )}
        {current && (
          <Button kind="quiet" onPress={() => views.remove(current.name)}>
            Forget view
          </Button>
        )}
        {filtered && (
          <Button kind="quiet" onPress={() => choose(NONE)}>
            Show everything
          </Button>
        )}
      </>
    );
  }
}

function same(a: Filter, b: Filter): boolean {
  return FIELDS.every(({ name }) => a[name] === b[name]);
}
