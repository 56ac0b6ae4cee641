import { vi } from 'vitest';

/**
 * From now on the tests and hooks of this file have two minutes: what kernels and real programs do takes as long as the
 * rest of a busy machine lets it.
 */
export function haveTime(): void {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
}
