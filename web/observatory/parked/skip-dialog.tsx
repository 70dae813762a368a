/** Ends a debt without handling it: what the event should have done here will never be done, so somebody has to say why. */
import { useState } from 'react';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import styles from './parked.module.css';

interface SkipDialogProps {
  id: string;
  busy: boolean;
  onSkip: (reason: string) => void;
  onClose: () => void;
}

export default function SkipDialog({ id, busy, onSkip, onClose }: SkipDialogProps) {
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  return (
    <Dialog title={`Skip ${id}?`} onClose={onClose}>
      <form
        className={styles.skip}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() === '') setError('Say why: the reason is kept in the log.');
          else onSkip(reason.trim());
        }}
      >
        <p>The service never handles this event; what waits behind it goes on. This cannot be taken back.</p>
        <Field
          label="Reason"
          name="reason"
          value={reason}
          onChange={(text) => {
            setReason(text);
            setError(undefined);
          }}
          error={error}
          maxLength={500}
          required
        />
        <div className={styles.decisions}>
          <Button type="submit" kind="danger" busy={busy}>
            Skip it
          </Button>
          <Button kind="quiet" onPress={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
