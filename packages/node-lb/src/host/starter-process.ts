/**
 * The process that starts programs for {@link ProgramStarter}, told what to do over its channel. It ends when the channel
 * is closed and nothing runs any more, and imports nothing that would make it large.
 */
import type { Clock } from '@armillary/kube';
import type { StarterAnswer, StarterOrder } from './program-starter.ts';
import { runHere } from './run-to-end.ts';

const runs = new Map<number, AbortController>();
const clock: Pick<Clock, 'setTimeout'> = {
  setTimeout: (callback, ms) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Nobody may be there any more to hear it. */
function answer(message: StarterAnswer): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

process.on('message', (order: StarterOrder) => {
  const { id } = order;
  if ('abort' in order) {
    runs.get(id)?.abort();
    return;
  }
  const abort = new AbortController();
  runs.set(id, abort);
  runHere(order.argv, { ...order.limits, signal: abort.signal }, clock)
    .then(
      (ended) => answer({ id, ended }),
      ({ message, code, path }: NodeJS.ErrnoException) =>
        answer({ id, error: { message, ...(code && { code }), ...(path && { path }) } }),
    )
    .finally(() => runs.delete(id));
});
// A terminal's Ctrl-C goes to this process too; the agent decides what ends when.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
