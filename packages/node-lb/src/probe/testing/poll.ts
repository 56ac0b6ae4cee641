import { expect } from 'vitest';

/** Expects something of what a function returns, in the end. */
export const poll = <T>(value: () => T) => expect.poll(value, { timeout: 30_000, interval: 5 });
