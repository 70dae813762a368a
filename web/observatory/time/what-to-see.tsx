/** Which service, and which of its GET addresses. */
import type { ServiceStatus } from '../../../common/pages/operator.js';
import { AddressField } from '../../components/address-field.js';
import { Choice } from '../../components/field.js';
import { FourStates } from '../../components/four-states.js';
import { useServicesNow } from '../use-now.js';
import styles from './time.module.css';

interface WhatToSeeProps {
  service: string | undefined;
  path: string | undefined;
  choose: (change: { service?: string | undefined; path?: string | undefined }) => Promise<void>;
}

export function WhatToSee(props: WhatToSeeProps) {
  const services = useServicesNow();
  return (
    <FourStates
      query={services}
      what="the services"
      lines={2}
      live={false}
      isEmpty={({ services: all }) => all.length === 0}
      empty="No service has ever registered: there is no state to look at."
    >
      {({ services: all }) => <Choices all={all} {...props} />}
    </FourStates>
  );
}

function Choices({ all, service, path, choose }: WhatToSeeProps & { all: readonly ServiceStatus[] }) {
  const patterns = [
    ...new Set(
      all
        .filter(({ client_type }) => client_type === service)
        .flatMap(({ instances }) => instances.flatMap(({ routes = [] }) => routes))
        .filter(({ method }) => method === 'GET')
        .map(({ pattern }) => pattern),
    ),
  ];
  const unfilled = path?.match(/\{[^}]*\}/)?.[0];
  return (
    <div className={styles.what}>
      <Choice
        label="Service"
        value={service ?? ''}
        onChange={(name) => void choose({ service: name || undefined, path: undefined })}
        options={[
          { value: '', label: 'Choose …' },
          ...all.map(({ client_type }) => ({ value: client_type, label: client_type })),
        ]}
      />
      {patterns.length > 0 && (
        <Choice
          label="Address"
          value={patterns.find((pattern) => pattern === path) ?? ''}
          onChange={(pattern) => void choose({ path: pattern || undefined })}
          options={[
            { value: '', label: path === undefined ? 'Choose …' : '(as typed)' },
            ...patterns.map((pattern) => ({ value: pattern, label: pattern })),
          ]}
        />
      )}
      {service !== undefined && (
        <AddressField
          label="Path"
          name="path"
          value={path ?? ''}
          navigate={(text) => choose({ path: text || undefined })}
          {...(unfilled !== undefined && { error: `Type a value in place of ${unfilled}.` })}
          hint="For instance /account/1"
        />
      )}
    </div>
  );
}
