import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startApiServer } from '../api-server.ts';

test('a busy connection does not outlive its request when the server closes', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'api-'));
  const server = await startApiServer({ dataDir, port: 0 });
  const { cert, key } = server.pki.admin;
  const agent = new Agent({ ca: server.ca, cert, key, keepAlive: true, maxSockets: 1 });
  const path = '/api/v1/namespaces/default/configmaps';
  const body = JSON.stringify({ metadata: { name: 'last' } });
  const request = httpsRequest(server.url + path, {
    method: 'POST',
    agent,
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      expect: '100-continue',
    },
  });
  request.flushHeaders();
  // The server has the request, but waits for the rest of its body.
  await once(request, 'continue');
  request.write(body.slice(0, 5));
  const watch = httpsRequest(`${server.url}${path}?watch=true`, { ca: server.ca, cert, key, agent: false });
  watch.end();
  const [stream] = (await once(watch, 'response')) as [IncomingMessage];
  stream.resume();
  const closing = server.close();
  // Streams are ended when closing has begun.
  await once(stream, 'close');
  request.end(body.slice(5));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  expect(response.headers.connection).toBe('close');
  response.resume();
  await closing;
  agent.destroy();
  rmSync(dataDir, { recursive: true, force: true });
});
