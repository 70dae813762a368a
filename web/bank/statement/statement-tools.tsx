/** Above the entries: which of them, as of when, and all of them as a file. What is chosen goes into the address. */
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { systemClock } from '../../../common/clock.js';
import { useServices } from '../../app/services.js';
import { AddressField } from '../../components/address-field.js';
import { Button } from '../../components/button.js';
import { Choice } from '../../components/field.js';
import { isoDay } from '../../format/time.js';
import { saveText } from '../../platform/save-text.js';
import { csvOf } from './csv.js';
import { DIRECTIONS, instantOf, type StatementSearch } from './search.js';
import styles from './statement.module.css';
import type { StatementHandle } from './use-statement.js';

const route = getRouteApi('/signed-in/accounts/$id');

export function StatementTools({ statement }: { statement: StatementHandle }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (change: { [Name in keyof StatementSearch]: StatementSearch[Name] | undefined }) =>
    navigate({ search: { ...search, ...change } as StatementSearch, replace: true, resetScroll: false });
  const at = instantOf(search.as_of);
  return (
    <div className={styles.tools}>
      <AddressField
        label="Search"
        name="q"
        type="search"
        value={search.q ?? ''}
        navigate={(q) => choose({ q: q || undefined })}
      />
      <Choice
        label="Show"
        value={search.direction ?? ''}
        onChange={(value) => void choose({ direction: DIRECTIONS.find((one) => one === value) })}
        options={[
          { value: '', label: 'Everything' },
          { value: 'in', label: 'Paid in' },
          { value: 'out', label: 'Paid out' },
        ]}
      />
      <AddressField
        label="As of"
        name="as_of"
        type="date"
        max={isoDay(systemClock.now())}
        value={at === undefined ? '' : isoDay(at)}
        navigate={(day) =>
          day === '' || instantOf(day) !== undefined ? choose({ as_of: day || undefined }) : undefined
        }
      />
      {at !== undefined && (
        <Button kind="quiet" onPress={() => void choose({ as_of: undefined })}>
          Back to now
        </Button>
      )}
      <Download statement={statement} />
    </div>
  );
}

function Download({ statement }: { statement: StatementHandle }) {
  const { toasts } = useServices();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const { entries } = await statement.loadAll();
      saveText(csvOf(entries), `account-${statement.id}.csv`, 'text/csv');
    } catch (error) {
      toasts.show(`The file could not be made. ${(error as Error).message}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button onPress={() => void download()} busy={busy}>
      {busy ? 'Preparing …' : 'CSV'}
    </Button>
  );
}
