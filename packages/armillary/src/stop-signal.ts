/**
 * An AbortSignal that fires when this process is asked to stop: on SIGTERM or SIGINT, and, when a supervisor started
 * it, when that supervisor is gone (also by SIGKILL), so that no process of an `up` outlives it. A second SIGINT ends
 * the process at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', () => {
    stop();
    process.once('SIGINT', () => process.exit(130));
  });
  if (process.connected) {
    process.once('disconnect', stop);
    // Listening must not keep the process alive once its work is done.
    process.channel?.unref();
  }
  return controller.signal;
}

/** Resolves when the signal has fired. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
