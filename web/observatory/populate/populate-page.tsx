/** Fills the bank with people and money, from a seed: for demonstrations. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Populating } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { Field } from '../../components/field.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { ask } from '../reads.js';
import { useAction } from '../use-action.js';
import { type Mistakes, orderOf, type Typed } from './order.js';
import styles from './populate.module.css';
import { ProgressView } from './progress-view.js';

/** The launcher does not push how far it is. */
const LOOK_AGAIN_MS = 1000;
const KEY = ['populate'];

const FIELDS: readonly { name: keyof Typed; label: string; hint?: string }[] = [
  { name: 'seed', label: 'Seed', hint: 'The same seed gives the same totals.' },
  { name: 'users', label: 'Users' },
  { name: 'transfers', label: 'Transfers' },
  { name: 'rate', label: 'Transfers per second', hint: 'Empty: as fast as it goes.' },
];

export function PopulatePage() {
  const { session } = useServices();
  return (
    <Page
      title="Populate"
      width="narrow"
      intro="Makes users with accounts, pays money in, and sends it to and fro."
    >
      {session.mode.demonstration ? (
        <Filling />
      ) : (
        <p>This is for demonstrations only; this system is not started as one.</p>
      )}
    </Page>
  );
}

function Filling() {
  const { api } = useServices();
  const progress = useQuery({
    queryKey: KEY,
    gcTime: 0,
    queryFn: ({ signal }) => ask<Populating>(api, '/populate', {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? LOOK_AGAIN_MS : false),
  });
  return (
    <>
      <Card title="How far it is">
        <FourStates
          query={progress}
          what="the progress"
          live={false}
          isEmpty={({ state }) => state === 'idle'}
          empty="Nothing was ordered yet."
        >
          {(now) => <ProgressView progress={now} />}
        </FourStates>
      </Card>
      <Card title="What to make">
        <OrderForm running={progress.data?.state === 'running'} />
      </Card>
    </>
  );
}

function OrderForm({ running }: { running: boolean }) {
  const queries = useQueryClient();
  const { busy, run } = useAction();
  const [typed, setTyped] = useState<Typed>({ seed: '1', users: '20', transfers: '500', rate: '' });
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const order = async () => {
    const wanted = orderOf(typed);
    if ('mistakes' in wanted) return setMistakes(wanted.mistakes);
    setMistakes({});
    if (await run('/populate', 'It has begun.', wanted)) await queries.invalidateQueries({ queryKey: KEY });
  };
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void order();
      }}
    >
      {FIELDS.map(({ name, label, hint }) => (
        <Field
          key={name}
          name={name}
          label={label}
          inputMode="numeric"
          value={typed[name]}
          onChange={(value) => setTyped({ ...typed, [name]: value })}
          error={mistakes[name]}
          {...(hint !== undefined && { hint })}
        />
      ))}
      <div>
        <Button
          type="submit"
          kind="primary"
          busy={busy !== undefined}
          why={running ? 'One order at a time: wait for this one.' : undefined}
        >
          Populate
        </Button>
      </div>
    </form>
  );
}
