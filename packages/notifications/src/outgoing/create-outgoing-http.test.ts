import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { AddressPolicy } from './address-policy.ts';
import type { AddressPolicyOptions } from './address-policy.ts';
import { createOutgoingHttp } from './create-outgoing-http.ts';
import type { OutgoingHttpOptions } from './create-outgoing-http.ts';
import type { OutgoingRequest } from './outgoing-http.ts';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** A server on this machine, and its port. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return (server.address() as AddressInfo).port;
}

function transport(
  policy: AddressPolicyOptions = { allowLoopback: true },
  rest: Partial<OutgoingHttpOptions> = {},
) {
  const http = createOutgoingHttp({ policy: new AddressPolicy(policy), userAgent: 'armillary/1', ...rest });
  ends.push(() => http.close());
  return http;
}

const get = (url: string, rest: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'GET',
  url,
  timeoutMs: 60_000,
  signal: new AbortController().signal,
  ...rest,
});

const failure = (code: string, message: RegExp | string = /./u) =>
  expect.objectContaining({ name: 'OutgoingError', code, message: expect.stringMatching(message) });

/** A lookup that gives the addresses in turn, the last one for ever. */
function lookupOf(...answers: string[]): LookupFunction {
  return (_name, options, callback) => {
    const address = answers.length > 1 ? (answers.shift() ?? '') : (answers[0] ?? '');
    if (options.all === true) callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    else callback(null, address, 4);
  };
}

describe('an exchange', () => {
  test('sends method, path, query, headers and body, and gives back the whole answer', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers['user-agent'], request.headers['x-one']);
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      request.on('end', () => {
        response.writeHead(418, { 'X-Two': ['a', 'b'] });
        response.end('short and stout');
      });
    });
    const url = `http://127.0.0.1:${port}/a%20b?c=d#never`;
    const answer = await transport().send(
      get(url, { method: 'POST', headers: { 'x-one': '1' }, body: 'böse' }),
    );
    expect(seen).toEqual(['POST', '/a%20b?c=d', 'armillary/1', '1', 'böse']);
    expect(answer).toMatchObject({ status: 418, headers: { 'x-two': 'a, b' } });
    expect(Buffer.from(answer.body).toString()).toBe('short and stout');
  });

  test('a redirect is an answer and is not followed', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests++;
      response.writeHead(302, { location: 'http://169.254.169.254/latest' });
      response.end();
    });
    const answer = await transport().send(get(`http://127.0.0.1:${port}/`));
    expect(answer.status).toBe(302);
    expect(requests).toBe(1);
  });
});

describe('addresses', () => {
  test('are judged again after the name was looked up', async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests++;
      response.end();
    });
    const sent = transport({}).send(get(`http://localhost:${port}/`));
    await expect(sent).rejects.toEqual(failure('AddressRefused', /^localhost is a loopback address/u));
    expect(requests).toBe(0);
  });

  test('a name that changes its mind after it was judged reaches nothing that may not be used', async () => {
    const port = await serve((_request, response) => void response.end('inside'));
    const lookup = lookupOf('127.0.0.1', '169.254.169.254');
    const http = transport({ allowLoopback: true }, { lookup });
    const request = get(`http://rebind.example:${port}/`, { headers: { connection: 'close' } });
    expect((await http.send(request)).status).toBe(200);
    await expect(http.send(request)).rejects.toEqual(failure('AddressRefused', /link-local/u));
  });

  test('of several only those that may be used are tried', async () => {
    const port = await serve((_request, response) => void response.end('ok'));
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '169.254.169.254', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const answer = await transport({ allowLoopback: true }, { lookup }).send(
      get(`http://two.example:${port}/`),
    );
    expect(answer.status).toBe(200);
  });

  test('a proxy is judged too, by name and by address', async () => {
    const http = transport({});
    const by = (proxyUrl: string) => http.send(get('http://hooks.example.com/', { proxyUrl }));
    await expect(by('http://127.0.0.1:1')).rejects.toEqual(failure('AddressRefused', 'loopback'));
    await expect(by('http://localhost:1')).rejects.toEqual(failure('AddressRefused', 'loopback'));
    await expect(by('https://localhost:1')).rejects.toEqual(failure('AddressRefused', 'loopback'));
  });

  test('a name that nobody knows is a failed connection, and nothing was sent', async () => {
    const lookup: LookupFunction = (name, _options, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
    const sent = transport({}, { lookup }).send(get('http://nowhere.example/secret'));
    await expect(sent).rejects.toEqual(
      failure('ConnectionFailed', /^http:\/\/nowhere\.example: no connection \(ENOTFOUND\)$/u),
    );
    await expect(sent).rejects.toMatchObject({ unsent: true });
  });
});

describe('failures', () => {
  test('nobody listens: nothing was sent', async () => {
    const server = createTcpServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const sent = transport().send(get(`http://127.0.0.1:${port}/secret`));
    await expect(sent).rejects.toMatchObject({ code: 'ConnectionFailed', unsent: true });
    await expect(sent).rejects.not.toThrow('secret');
  });

  test('a connection that breaks before the answer may have carried the request', async () => {
    const port = await serve((request) => void request.socket.resetAndDestroy());
    const sent = transport().send(get(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x' }));
    await expect(sent).rejects.toMatchObject({ code: 'ConnectionFailed', unsent: false });
  });

  test('an answer that breaks off is broken', async () => {
    const port = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => request.socket.resetAndDestroy());
    });
    await expect(transport().send(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(failure('AnswerBroken'));
  });

  test('what is no HTTP is a broken answer', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end('220 smtp.example ready\r\n'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    ends.push(() => new Promise((closed) => server.close(closed)));
    const { port } = server.address() as AddressInfo;
    await expect(transport().send(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(failure('AnswerBroken'));
  });

  test('a header that cannot be sent is named, its value is not', async () => {
    const headers = { authorization: 'Bearer hunter2\nX: y' };
    const sent = transport().send(get('http://127.0.0.1:1/', { headers }));
    await expect(sent).rejects.toEqual(failure('RequestInvalid', /authorization/u));
    await expect(sent).rejects.not.toThrow('hunter2');
  });

  test('a request that is stopped ends at once, before and while it runs', async () => {
    const stop = new AbortController();
    const port = await serve(() => stop.abort());
    const http = transport();
    const request = get(`http://127.0.0.1:${port}/`, { signal: stop.signal });
    await expect(http.send(request)).rejects.toEqual(failure('Aborted'));
    await expect(http.send(request)).rejects.toEqual(failure('Aborted'));
  });
});

describe('limits of time and size', () => {
  test('a server that never answers', async () => {
    const clock = new FakeClock();
    const port = await serve(() => clock.advance(5000));
    const sent = transport({ allowLoopback: true }, { clock }).send(
      get(`http://127.0.0.1:${port}/x`, { timeoutMs: 5000 }),
    );
    await expect(sent).rejects.toEqual(
      failure('Timeout', new RegExp(`^http://127.0.0.1:${port}: no complete answer within 5000 ms$`, 'u')),
    );
  });

  test('a slow drip does not prolong the time', async () => {
    const clock = new FakeClock();
    const port = await serve((_request, response) => {
      response.writeHead(200);
      // A byte for each second that passes; the client reads each before the next.
      const drip = (): void => {
        if (response.destroyed) return;
        response.write('.', () => setImmediate(() => (clock.advance(1000), drip())));
      };
      drip();
    });
    const sent = transport({ allowLoopback: true }, { clock }).send(
      get(`http://127.0.0.1:${port}/`, { timeoutMs: 5000 }),
    );
    await expect(sent).rejects.toEqual(failure('Timeout'));
  });

  test('a stream without end is read to the limit and no further', async () => {
    let written = 0;
    const port = await serve((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', more);
      more();
    });
    await expect(transport().send(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(
      failure('AnswerTooLarge', /longer than 1048576 bytes/u),
    );
    expect(written).toBeLessThan(100 * 1024 * 1024);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)(
    'compressed answers are read, and small ones that swell are refused: %s',
    async (encoding, compress) => {
      const bodies = [Buffer.from('fine'), Buffer.alloc(50 * 1024 * 1024)].map((body) => compress(body));
      const port = await serve((request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end(bodies[Number(request.url?.slice(1))]);
      });
      const http = transport();
      const fine = await http.send(get(`http://127.0.0.1:${port}/0`));
      expect(Buffer.from(fine.body).toString()).toBe('fine');
      await expect(http.send(get(`http://127.0.0.1:${port}/1`))).rejects.toEqual(failure('AnswerTooLarge'));
    },
  );

  test('an answer that is not compressed as it says is broken, an empty one is empty', async () => {
    const port = await serve((request, response) => {
      response.writeHead(200, { 'content-encoding': request.url === '/odd' ? 'zstd, gzip' : 'gzip' });
      response.end(request.url === '/empty' ? '' : 'plain');
    });
    const http = transport();
    await expect(http.send(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(
      failure('AnswerBroken', /decompressed/u),
    );
    await expect(http.send(get(`http://127.0.0.1:${port}/odd`))).rejects.toEqual(
      failure('AnswerBroken', /not asked for/u),
    );
    expect((await http.send(get(`http://127.0.0.1:${port}/empty`))).body).toHaveLength(0);
  });

  test('the limit may be set for one request', async () => {
    const port = await serve((_request, response) => void response.end('12345'));
    const http = transport();
    const url = `http://127.0.0.1:${port}/`;
    expect((await http.send(get(url, { maxAnswerBytes: 5 }))).body).toHaveLength(5);
    await expect(http.send(get(url, { maxAnswerBytes: 4 }))).rejects.toEqual(failure('AnswerTooLarge'));
  });

  test('headers without end are a broken answer', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'x-long': 'x'.repeat(100_000) });
      response.end();
    });
    await expect(transport().send(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(failure('AnswerBroken'));
  });
});
