import type { MaybePromise } from '../../state/state-store.js';

/** Goes on with a value that may be there already: without a pause if it is. (An export called `then` would make the module a thenable.) */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Passes failures, thrown or rejected, through `translate` (which throws). */
export function guarded<T>(
  read: () => MaybePromise<T>,
  translate: (error: unknown) => never,
): MaybePromise<T> {
  try {
    const value = read();
    return value instanceof Promise ? value.catch(translate) : value;
  } catch (error) {
    return translate(error);
  }
}
