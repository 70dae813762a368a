import type { Logger } from '../../common/log.js';
import type { VmOptions } from '../lua/vm.js';
import { authApi } from './auth.js';
import { busApi } from './bus.js';
import type { Declarations } from './declarations.js';
import { httpStatusGlobals } from './http-status.js';
import { logApi } from './log.js';
import { redisApi } from './redis.js';
import { timeApi } from './time.js';
import type { TokenPort } from './tokens.js';
import { updatesApi } from './updates.js';

/** Every host global of a script; `json` and `print` come with the VM. */
export function scriptGlobals(
  declarations: Declarations,
  log: Logger,
  tokens: TokenPort,
): VmOptions['globals'] {
  return {
    bus: busApi(declarations),
    updates: updatesApi(declarations),
    redis: redisApi(),
    log: logApi(log),
    time: timeApi(),
    auth: authApi(tokens),
    ...httpStatusGlobals(),
  };
}
