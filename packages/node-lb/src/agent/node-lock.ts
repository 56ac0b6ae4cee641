import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { NodeLbError } from '../errors.ts';

/** Gives the node back. */
export type Unlock = () => Promise<void>;

/**
 * Takes this node for one process: two that hold its ports would find them in use and withdraw each other's. The lock is
 * a socket, which belongs to the node's network and is gone with its process, however that ends. Resolves with undefined
 * while another process has it. Throws `NodeLbError` `NotPermitted` when this one may not take it.
 */
export async function lockNode(prefix: string): Promise<Unlock | undefined> {
  const lock = createServer((socket) => socket.destroy());
  try {
    await once(lock.listen({ ...lockPlace(prefix), exclusive: true }), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return undefined;
    if (code === 'EACCES') throw new NodeLbError('NotPermitted', 'only root may take a node for its agent');
    throw error;
  }
  return async () => {
    await new Promise((resolve) => lock.close(resolve));
  };
}

/**
 * Where the lock is: at a loopback address that hangs on the prefix, and at a port that root alone may take. At a place
 * that is open to everybody, such as an abstract socket, any process of the node could keep the agent from its work.
 */
export function lockPlace(prefix: string): { host: string; port: number } {
  const [a = 0, b = 0, c = 0] = hash('sha256', prefix, 'buffer');
  return { host: ['127', ...[a, b, c].map((byte) => (byte % 254) + 1)].join('.'), port: 1 };
}

/** Does something while nobody else works on the node. Throws `NodeLbError` `NotPermitted` when somebody does. */
export async function withNodeLock<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  const unlock = await lockNode(prefix);
  if (!unlock) throw new NodeLbError('NotPermitted', `${ANOTHER_AGENT}: end it first`);
  try {
    return await work();
  } finally {
    await unlock();
  }
}

/** Why the node cannot be worked on. */
export const ANOTHER_AGENT = 'an agent runs on this node already';
