/** The news, in a corner, read out when it comes. */
import { Button } from '../components/button.js';
import { useStore } from '../platform/use-store.js';
import { useServices } from './services.js';
import styles from './toast-list.module.css';

export function ToastList() {
  const { toasts } = useServices();
  const shown = useStore(toasts);
  return (
    <div className={styles.list} role="status">
      {shown.map((toast) => (
        <div key={toast.id} className={styles.toast}>
          <span>{toast.text}</span>
          <Button kind="quiet" small label="Dismiss" onPress={() => toasts.dismiss(toast.id)}>
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}
