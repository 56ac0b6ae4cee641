import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { fetchTrace } from './fetch-trace.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function answering(status: number, body: string): Promise<string> {
  const created = createServer((_, response) => void response.writeHead(status).end(body));
  server = created;
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
}

const ask = async (url: string): Promise<unknown> =>
  await fetchTrace({ url, fingerprint: '0123456789abcdef', limit: 1 });

test.each(['', 'null', '[]', '{"kind":"Status"}', '<html>'])(
  'something else that answers 200 with %j is no notification manager',
  async (body) => {
    await expect(ask(await answering(200, body))).rejects.toThrow(/is no notification manager \(HTTP 200\)/);
  },
);

test('a refusal is told in its own words', async () => {
  const url = await answering(401, '{"title":"a token is needed"}');
  await expect(ask(url)).rejects.toThrow('a token is needed');
});

test('what hinders the connection is said', async () => {
  const url = await answering(200, '{}');
  await expect(ask(url.replace('http:', 'https:'))).rejects.toThrow(/answers at https:.* \(\w*SSL\w*\)/);
});

test.each(['127.0.0.1:19093', 'nonsense', 'ftp://example.com', ''])('%j is no address', async (url) => {
  await expect(ask(url)).rejects.toThrow('begins with http:// or https://');
});
