/** Bus, client types, instances: who is connected to whom, and where work waits. */
import { cx } from '../../design/cx.js';
import Graph from '../parts/graph.js';
import { Service } from '../parts/mentions.js';
import type { Services } from '../reads.js';
import { nameOf } from './instance-table.js';
import { warningsOf } from './measures.js';
import styles from './services.module.css';

/** Wide enough for the longest warning. */
const SIZE = { width: 236, height: 60 };
const BUS = 'bus';

export default function ServiceGraph({ now }: { now: Services }) {
  const health = now.health ?? [];
  const bus = {
    id: BUS,
    content: (
      <div className={styles.box}>
        <strong>Event bus</strong>
        <span className={styles.soft}>
          {now.services.reduce((sum, { owed }) => sum + owed, 0).toLocaleString('en-GB')} owed in all
        </span>
      </div>
    ),
  };
  const types = now.services.map((service) => {
    const worst = warningsOf(service, health)[0];
    return {
      id: service.client_type,
      content: (
        <div className={cx(styles.box, worst && styles[worst.tone])} data-service={service.client_type}>
          <strong>
            <Service name={service.client_type} />
          </strong>
          <span className={styles.soft}>
            {service.owed.toLocaleString('en-GB')} owed · {service.acknowledged_per_second.toFixed(0)}/s
          </span>
          {worst && <span className={styles.warning}>{worst.text}</span>}
        </div>
      ),
    };
  });
  const instances = now.services.flatMap(({ instances: all }) =>
    all.map((instance) => ({
      id: String(instance.session_id),
      content: (
        <div className={cx(styles.box, instance.draining && styles.warn)}>
          <span>{nameOf(instance)}</span>
          <span className={styles.soft}>
            {instance.keys} keys · {instance.in_flight} in flight{instance.draining && ' · draining'}
          </span>
        </div>
      ),
    })),
  );
  const arrows = now.services.flatMap(({ client_type, instances: all, owed }) => [
    { from: BUS, to: client_type, quiet: owed === 0 },
    ...all.map(({ session_id, in_flight }) => ({
      from: client_type,
      to: String(session_id),
      quiet: in_flight === 0,
    })),
  ]);
  return (
    <Graph
      label="Bus, services and instances; the tables below say the same"
      boxes={[bus, ...types, ...instances]}
      arrows={arrows}
      size={SIZE}
    />
  );
}
