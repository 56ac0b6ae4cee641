import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '@armillary/kube';

/** How often in a row a server may fail to answer before a command gives up: with the pauses, for some 30 s. */
export const PATIENCE = 10;

const BASE_MS = 250;
const CAP_MS = 5000;

/** Whether the same request may well work in a moment: the server restarts, or a connection broke. */
export function isPassing(error: unknown): boolean {
  return hasCode(
    error,
    'ConnectionFailed',
    'ConnectionLost',
    'DeadlineExceeded',
    'StreamIdle',
    'Expired',
    'Gone',
    'InternalError',
    'ServiceUnavailable',
    'ServerTimeout',
    'Timeout',
    'TooManyRequests',
  );
}

/** Waits before the next try; the longer the more tries went before. */
export async function pause(tries: number, signal?: AbortSignal): Promise<void> {
  const ms = Math.min(CAP_MS, BASE_MS * 2 ** tries) * (0.5 + Math.random() / 2);
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    // The reason, rather than that a wait was ended.
    signal?.throwIfAborted();
    throw error;
  }
}

/** Makes a request that changes nothing, again and again while a fault may pass. */
export async function patiently<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || ++failures > PATIENCE) throw error;
    }
    await pause(failures, signal);
  }
}
