import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { endConnectionsOnClose } from './closing.ts';

async function listening(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

test('a request that is under way is answered, and its connection ends with the answer', async () => {
  const app = fastify({ keepAliveTimeout: 3_600_000 });
  endConnectionsOnClose(app, 3_600_000);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  app.get('/', async () => {
    asked.resolve();
    return await answer.promise;
  });
  const agent = new Agent({ keepAlive: true });
  const sent = request({ host: '127.0.0.1', port: await listening(app), agent }).end();
  await asked.promise;
  const closed = app.close();
  answer.resolve('here it is');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(await text(response)).toBe('here it is');
  await closed;
});

test('a request that never ends holds nobody up', async () => {
  const app = fastify({ requestTimeout: 0 });
  endConnectionsOnClose(app, 10);
  app.post('/', async () => '');
  const socket = connect(await listening(app), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf of it');
  // It may end with an error as well.
  const cutOff = new Promise((resolve) =>
    socket
      .resume()
      .on('error', () => undefined)
      .once('close', resolve),
  );
  await once(app.server, 'connection');
  await app.close();
  await cutOff;
});
