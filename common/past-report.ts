/** What a service that shows a state as it was tells the process that has started it, over the channel between them. */
export type PastReport =
  | { readonly kind: 'listening'; readonly port: number }
  /** from now on its routes answer */
  | { readonly kind: 'built' }
  /** there is no such point for this service; the process ends */
  | { readonly kind: 'no-such-point'; readonly message: string };

/** Names the position that the state stands at, in every answer of such a service. */
export const AS_OF_HEADER = 'x-as-of';
/** How many keys stand still in it, because the handler of one of their events has failed; absent = none. */
export const HELD_KEYS_HEADER = 'x-held-keys';
