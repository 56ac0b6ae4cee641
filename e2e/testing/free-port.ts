import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports that this process was given: whoever has one may not have bound it yet. */
const given = new Set<number>();

/**
 * A TCP port on loopback that is free. It is below those that Linux gives to whoever asks for any (32768 and up) and
 * below node ports (30000 and up), so that nobody takes it by chance before the program that it is for does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(16_000, 30_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
