/** Options of the gateway that its launcher takes as well, and passes on: declared once. */
import { parseUserNames } from './option-parsers.js';
import type { OptionTable } from './options.js';

export const GATEWAY_OPTIONS = {
  auth: {
    choices: ['on', 'off'],
    default: 'on',
    describe: 'off: nobody signs in; for closed demonstrations',
  },
  operators: {
    default: '',
    parse: parseUserNames,
    describe: 'users who may use the observatory, separated by commas',
  },
} as const satisfies OptionTable;
