import { expect, test } from 'vitest';
import { request } from './testing/claims.ts';
import { WaitingServices } from './waiting-services.ts';

const waiter = (name: string, createdAt: number, ...ports: number[]) =>
  request({
    service: { namespace: 'default', name, uid: name },
    createdAt,
    ports: ports.map((port) => ({ protocol: 'TCP', port })),
  });
const names = (keys: readonly { name: string }[]) => keys.map(({ name }) => name);

test('who needs a port that became free is told, the oldest first, each once', () => {
  const waiting = new WaitingServices();
  waiting.add(waiter('young', 3, 80, 443), true);
  waiting.add(waiter('old', 1, 80), true);
  waiting.add(waiter('other', 2, 8080), true);
  const freed = [80, 443].map((port) => ({ protocol: 'TCP', port }) as const);
  expect(names(waiting.forPorts(freed))).toEqual(['old', 'young']);
  expect(names(waiting.forPorts([{ protocol: 'UDP', port: 80 }]))).toEqual([]);
  expect(names(waiting.all())).toEqual(['old', 'other', 'young']);
});

test('what a Service waits for now replaces what it waited for', () => {
  const waiting = new WaitingServices();
  waiting.add(waiter('web', 1, 80), true);
  waiting.add(waiter('web', 1, 81), false);
  expect(names(waiting.forPorts([{ protocol: 'TCP', port: 80 }]))).toEqual([]);
  expect(waiting.short).toBe(0);
  waiting.remove({ namespace: 'default', name: 'web' });
  expect(waiting.all()).toEqual([]);
});
