import type { ServerResponse } from 'node:http';

/** Resolves when the connection of a response has been given up or the response has been handed over completely. */
export const ended = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed || response.closed) resolve();
    else response.once('close', () => resolve());
  });
