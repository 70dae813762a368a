/**
 * When the process is asked to stop: Ctrl-C, a termination signal, or the end of the supervisor that started it (its channel
 * closes). The first request resolves `asked`; a later one means "now", and is left to `force`. What comes right after the first is still
 * the first: of one Ctrl-C the process may hear twice, from the terminal and from the npm that runs it.
 */
export interface StopRequest {
  readonly asked: Promise<string>;
  /** The process's signals mean again what they mean without this. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Above what lies between the echoes of one request, below what a person needs to ask again. */
const SAME_REQUEST_MS = 500;

export function listenForStop(force: () => void): StopRequest {
  let resolve: (reason: string) => void = () => {};
  const asked = new Promise<string>((settle) => {
    resolve = settle;
  });
  let firstAt: number | undefined;
  const request = (reason: string) => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt >= SAME_REQUEST_MS) force();
    else resolve(reason);
  };
  const orphaned = () => request('the supervisor is gone');
  for (const signal of SIGNALS) process.on(signal, request);
  process.once('disconnect', orphaned);
  // The channel alone is no reason to go on.
  process.channel?.unref();
  return {
    asked,
    release() {
      for (const signal of SIGNALS) process.off(signal, request);
      process.off('disconnect', orphaned);
    },
  };
}
