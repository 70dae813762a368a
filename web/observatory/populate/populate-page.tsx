/** Fills the bank with people and money, from a seed: for demonstrations. */
import { useState } from 'react';
import { useServices } from '../../app/services.js';
import { Button } from '../../components/button.js';
import { Card } from '../../components/card.js';
import { Field } from '../../components/field.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { useAction } from '../use-action.js';
import { usePopulateNow } from '../use-now.js';
import { type Mistakes, orderOf, type Typed } from './order.js';
import styles from './populate.module.css';
import { ProgressView } from './progress-view.js';

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
  const progress = usePopulateNow();
  return (
    <>
      <Card title="How far it is">
        <FourStates
          query={progress}
          what="the progress"
          isEmpty={({ state }) => state === 'idle'}
          empty="Nothing was ordered since the system was started. Say below what to make."
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
  const { busy, run } = useAction();
  const [typed, setTyped] = useState<Typed>({ seed: '1', users: '20', transfers: '500', rate: '' });
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const order = async () => {
    const wanted = orderOf(typed);
    if ('mistakes' in wanted) return setMistakes(wanted.mistakes);
    setMistakes({});
    await run('/populate', 'It has begun.', wanted);
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
