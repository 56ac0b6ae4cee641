/**
 * An AbortSignal that fires when this process is to stop.
 *
 * Alone, that is on SIGTERM or SIGINT; a second SIGINT ends the process at once. Under a supervisor it is when that
 * one closes the channel to this process, on purpose or by its own end (also by SIGKILL), so that no process of an
 * `up` outlives it; signals are then ignored, because a terminal's Ctrl-C reaches the whole group at once while the
 * supervisor stops its processes in order.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  // `connected` is false after a channel was closed, and undefined where there never was one.
  const wasSupervised = process.connected !== undefined;
  if (process.connected) {
    process.once('disconnect', stop);
    // Listening must not keep the process alive once its work is done.
    process.channel?.unref();
    process.on('SIGTERM', () => undefined);
    process.on('SIGINT', () => undefined);
  } else if (wasSupervised) {
    // The supervisor was gone before this line was reached.
    stop();
  } else {
    process.once('SIGTERM', stop);
    process.once('SIGINT', () => {
      stop();
      process.once('SIGINT', () => process.exit(130));
    });
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
