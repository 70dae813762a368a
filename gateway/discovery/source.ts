import type { ServiceList } from '../../common/pages/operator.js';
import type { Found } from './instance.js';

/** Where instances are known from. */
export interface InstanceSource {
  /** who is there, as far as the source knows; a failure means that nothing is known just now */
  find(): Promise<readonly Found[]>;
}

/** `users=http://localhost:5005,accounts=http://localhost:5003,accounts=http://localhost:5013` */
export function parseServices(text: string): readonly Found[] {
  return text.split(',').map((item) => {
    const [, clientType, url] = /^\s*([^=\s]+)=(https?:\/\/[^\s/]+)\/?\s*$/.exec(item) ?? [];
    if (clientType === undefined || url === undefined || !URL.canParse(url))
      throw new Error('must be pairs of client type and address, such as users=http://localhost:5005');
    return { clientType, url, routes: [] };
  });
}

/** A list that somebody wrote down. */
export function listed(instances: readonly Found[]): InstanceSource {
  return { find: async () => instances };
}

/** What the bus tells of the services that are registered with it (`GET /services`). */
export function fromBus(services: () => Promise<ServiceList>): InstanceSource {
  return {
    async find() {
      const list = await services();
      return list.services.flatMap(({ client_type, instances }) =>
        instances.flatMap(({ http_address, routes }) =>
          http_address === undefined
            ? []
            : [{ clientType: client_type, url: `http://${http_address}`, routes: routes ?? [] }],
        ),
      );
    },
  };
}
