import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { canMakeNamespaces } from '../host/testing/network-namespace.ts';
import { lockNode, lockPlace, withNodeLock } from './node-lock.ts';

const prefix = `test-${process.pid}`;

describe.skipIf(!canMakeNamespaces('the lock of a node'))('the lock of a node', () => {
  test('a node has one agent at a time', async () => {
    const unlock = await lockNode(prefix);
    expect(unlock).toBeDefined();
    expect(await lockNode(prefix)).toBeUndefined();
    await expect(withNodeLock(prefix, async () => {})).rejects.toThrow('end it first');
    await unlock?.();
    expect(await withNodeLock(prefix, async () => 'done')).toBe('done');
  });

  test('agents of other prefixes do not matter', async () => {
    const unlock = await lockNode(prefix);
    expect(await withNodeLock(`${prefix}-other`, async () => 'done')).toBe('done');
    await unlock?.();
  });

  test('a process without rights cannot take the lock of an agent', () => {
    const { host, port } = lockPlace(prefix);
    const program = `
import socket
one = socket.socket()
try: one.bind(('${host}', ${port})); print('bound')
except PermissionError: print('refused')`;
    const options = { uid: 65_534, gid: 65_534, cwd: '/', encoding: 'utf8' } as const;
    expect(execFileSync('python3', ['-c', program], options).trim()).toBe('refused');
  });
});
