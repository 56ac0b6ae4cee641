/**
 * Tries connections, for tests that start it inside a network namespace: a line `ADDRESS PORT MILLISECONDS`, an answer as
 * JSON.
 */
import { createInterface } from 'node:readline';
import { systemClock } from '@armillary/kube';
import { attemptConnection } from '../connection-attempt.ts';

const { signal } = new AbortController();

for await (const line of createInterface({ input: process.stdin })) {
  const [address = '', port, ms] = line.split(' ');
  const options = { clock: systemClock, timeoutMs: Number(ms), signal };
  const attempt = await attemptConnection(address, Number(port), options);
  process.stdout.write(`${JSON.stringify(attempt)}\n`);
}
