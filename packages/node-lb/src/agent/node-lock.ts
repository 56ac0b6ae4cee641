import { once } from 'node:events';
import { createServer } from 'node:net';
import { NodeLbError } from '../errors.ts';

/** Gives the node back. */
export type Unlock = () => Promise<void>;

/**
 * Takes this node for one process: two that hold its ports would find them in use and withdraw each other's. The lock is
 * an abstract socket, which belongs to the node's network and is gone with its process, however that ends. Resolves with
 * undefined while another process has it.
 */
export async function lockNode(prefix: string): Promise<Unlock | undefined> {
  const lock = createServer((socket) => socket.destroy());
  try {
    await once(lock.listen({ path: `\0armillary-node-agent/${prefix}` }), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return async () => {
    await new Promise((resolve) => lock.close(resolve));
  };
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
