import type { Clock } from '@armillary/kube';
import { DeliveryError } from '../delivery-error.ts';

/** An attempt that was broken off by us: whether the message arrived is not known, and it counts as not tried. */
export class Interrupted extends Error {
  constructor(reason: string) {
    super(`the attempt was broken off: ${reason}`);
    this.name = 'Interrupted';
  }
}

/**
 * Runs one attempt, which ends in time whatever the work does. Resolves to its result; rejects with its error, with the
 * parent's reason when that aborts, or with a `DeliveryError` after `deadlineMs`.
 */
export async function runAttempt<T>(
  options: { clock: Clock; deadlineMs: number; parent: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, deadlineMs, parent } = options;
  parent.throwIfAborted();
  const controller = new AbortController();
  const broken = Promise.withResolvers<never>();
  const breakOff = (reason: unknown): void => {
    controller.abort(reason);
    broken.reject(reason);
  };
  const onAbort = (): void => breakOff(parent.reason);
  parent.addEventListener('abort', onAbort, { once: true });
  const cancel = clock.setTimeout(
    () => breakOff(new DeliveryError('transient', `no end after ${deadlineMs / 1000} s`)),
    deadlineMs,
  );
  try {
    return await Promise.race([work(controller.signal), broken.promise]);
  } finally {
    cancel();
    parent.removeEventListener('abort', onAbort);
  }
}
