import { decodeClientMessage, encodeClientMessage } from '../../../common/protocol/codec.js';
import { mutateMessage } from '../mutate.js';
import type { Target } from '../target.js';
import { MESSAGES } from './messages.js';

/** One message may not hold the bus up for longer. */
const DECODE_MS_MAX = 1000;

/** The codec alone, fast: a message or a reason, never an error; and what is understood is understood again when it is written. */
export const codec: Target = {
  name: 'codec',
  share: 700,
  input: (random) => mutateMessage(random, MESSAGES),
  open: async () => ({
    async try(frame) {
      const begun = performance.now();
      const decoded = decodeClientMessage(frame);
      const ms = performance.now() - begun;
      if (ms > DECODE_MS_MAX) throw new Error(`decoding took ${Math.round(ms)} ms`);
      if (!decoded.ok) {
        if (decoded.message === '') throw new Error('refused without a reason');
        return;
      }
      const again = decodeClientMessage(encodeClientMessage(decoded.message));
      if (!again.ok) throw new Error(`understood once, refused when written again: ${again.message}`);
    },
    check: async () => undefined,
    close: async () => undefined,
  }),
};
