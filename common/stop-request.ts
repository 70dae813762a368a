/**
 * When the process is asked to stop: Ctrl-C, a termination signal, or the end of the supervisor that started it (its channel
 * closes). The first request resolves `asked`; a second one means "now", and is left to `force`.
 */
export interface StopRequest {
  readonly asked: Promise<string>;
  /** The process's signals mean again what they mean without this. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export function listenForStop(force: () => void): StopRequest {
  let resolve: (reason: string) => void = () => {};
  const asked = new Promise<string>((settle) => {
    resolve = settle;
  });
  let requests = 0;
  const request = (reason: string) => {
    requests += 1;
    if (requests > 1) force();
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
