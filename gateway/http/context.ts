import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../common/log.js';
import type { Mode } from '../../common/pages/session.js';
import type { Access } from '../auth/access.js';
import type { Throttle } from '../auth/throttle.js';
import type { Tokens } from '../auth/tokens.js';
import type { Directory } from '../discovery/directory.js';
import type { Hub } from '../live/hub.js';
import type { PageTopics } from '../live/page-topics.js';
import type { Topics } from '../live/topics.js';
import type { Bus } from '../operator/bus.js';
import type { Control } from '../operator/control.js';
import type { Money } from '../operator/money.js';
import type { Ownership } from '../ownership.js';
import type { PendingTransfers } from '../pages/pending-transfers.js';
import type { Services } from '../services/services.js';
import type { Settings } from '../settings.js';
import type { GatewayMetrics } from './metrics.js';

/** What the routes work with. They translate a request to a call, and know no rule of their own. */
export interface GatewayContext {
  readonly services: Services;
  readonly directory: Directory;
  readonly ownership: Ownership;
  readonly access: Access;
  readonly tokens: Tokens;
  readonly throttle: Throttle;
  readonly pending: PendingTransfers;
  readonly hub: Hub;
  readonly topics: Topics;
  readonly pageTopics: PageTopics;
  readonly bus: Bus;
  readonly control: Control;
  readonly money: Money;
  /** names that nobody can register here: whoever has one has rights, or is known to everybody */
  readonly reservedNames: ReadonlySet<string>;
  readonly metrics: GatewayMetrics;
  readonly mode: Mode;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** makes a UUID */
  readonly newId: () => string;
  /** other sites whose pages may send commands */
  readonly origins: readonly string[];
  /** requests a minute from one address; 0 = any number */
  readonly requestsPerMinute: number;
  /** how many proxies before the gateway tell the true address of a client */
  readonly trustedProxies: number;
  /** folder of the pages; undefined = there are none */
  readonly pages: string | undefined;
  /** whether /documentation is served; it loads much */
  readonly documentation: boolean;
}
