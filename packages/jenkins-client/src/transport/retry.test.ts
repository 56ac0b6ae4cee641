import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../../e2e/testing/free-port.ts';
import { connect } from '../connect.ts';
import { ConnectionFailedError, NotReadyError } from '../errors.ts';
import { retryDelay, retryPolicy } from './retry.ts';
import { rejection, scriptedJenkins } from './scripted-server.ts';

describe('a repeatable request', () => {
  test.each([429, 502, 503, 504])('is sent again after %i', async (status) => {
    const { jenkins, requests, slept } = await scriptedJenkins((_, response, nth) =>
      response.writeHead(nth < 3 ? status : 200).end('{}'),
    );
    expect(await (await jenkins.raw.request({ path: 'x' })).json()).toEqual({});
    expect(requests).toHaveLength(3);
    expect(slept).toHaveLength(2);
  });

  test('is sent again when the connection is reset', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response, nth) =>
      nth === 1 ? void response.destroy() : response.end(),
    );
    await (await jenkins.raw.request({ path: 'x' })).discard();
    await (await jenkins.raw.request({ method: 'DELETE', path: 'x', repeatable: true })).discard();
    expect(requests).toHaveLength(3);
  });

  test('is given up after three repetitions, with the last error', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.writeHead(503).end());
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({ code: 'NotReady' });
    expect(requests).toHaveLength(4);
  });

  test('waits as long as the server asks, but not for ever', async () => {
    const { jenkins, requests, slept } = await scriptedJenkins((request, response, nth) => {
      response
        .writeHead(nth === 2 ? 200 : 503, { 'retry-after': request.url === '/long' ? '3600' : '5' })
        .end();
    });
    await (await jenkins.raw.request({ path: 'short' })).discard();
    expect(slept).toEqual([5000]);
    expect(await rejection(jenkins.raw.request({ path: 'long' }))).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(3);
  });

  test('is sent once when told so', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.writeHead(503).end());
    await rejection(jenkins.raw.request({ path: 'x', repeatable: false }));
    expect(requests).toHaveLength(1);
  });
});

describe('a request that changes something', () => {
  test.each([502, 503, 504])('is not sent again after %i', async (status) => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.writeHead(status).end());
    expect(await rejection(jenkins.raw.request({ method: 'POST', path: 'x' }))).toMatchObject({
      code: 'NotReady',
    });
    expect(requests).toHaveLength(1);
  });

  test('is not sent again when the connection broke, which may have been too late', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => void response.destroy());
    const error = await rejection(jenkins.raw.request({ method: 'POST', path: 'x' }));
    expect(error).toMatchObject({ code: 'ConnectionFailed', maybeSent: true, lasting: false });
    expect(requests).toHaveLength(1);
  });

  test('is sent again when the connection was refused, for nothing was sent', async () => {
    // Nobody listens until the first wait has begun.
    const port = await freePort();
    const server = createServer((socket: Socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    const slept: number[] = [];
    const jenkins = connect({
      url: `http://127.0.0.1:${port}/`,
      clock: {
        now: () => Date.now(),
        async sleep(ms) {
          slept.push(ms);
          if (slept.length === 1)
            await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
        },
      },
    });
    const answer = await jenkins.raw.request({ method: 'POST', path: 'x' });
    expect(await answer.text()).toBe('ok');
    expect(slept).toHaveLength(1);
    server.close();
  });
});

describe('what time does not heal', () => {
  test('is not tried again: an unknown host', async () => {
    const slept: number[] = [];
    const jenkins = connect({
      url: 'http://no-such-host.invalid/',
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })),
      clock: { now: () => 0, sleep: (ms) => Promise.resolve(void slept.push(ms)) },
    });
    const error = await rejection(jenkins.raw.request({ path: 'x' }));
    expect(error).toMatchObject({ code: 'ConnectionFailed', maybeSent: false, lasting: true });
    expect(slept).toEqual([]);
  });

  test('a failure without a code may have come after sending', async () => {
    const jenkins = connect({
      url: 'http://x.invalid/',
      retry: false,
      fetch: () => Promise.reject(new TypeError('Failed to fetch')),
    });
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({
      maybeSent: true,
      lasting: false,
    });
  });

  test.each([
    ['a port that no fetch goes to', 'bad port', true],
    ['the same on Deno', 'Fetch failed: Requests to port 1 are blocked', true],
    [
      'an unknown host on Deno',
      'client error (Connect): dns error: failed to lookup address information',
      true,
    ],
    ['a certificate on Deno', 'client error (Connect): invalid peer certificate: UnknownIssuer', true],
    [
      'a refusal on Deno',
      'client error (Connect): tcp connect error: Connection refused (os error 111)',
      false,
    ],
  ])('%s is known by its words', async (_, words, lasting) => {
    const jenkins = connect({
      url: 'http://x.invalid/',
      retry: false,
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error(words) })),
    });
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({ maybeSent: false, lasting });
  });

  test('is told without the query, which some platforms put into their errors', async () => {
    const address = 'http://x.invalid/build?token=secret';
    for (const cause of [
      new TypeError('fetch failed', { cause: new Error(`error sending request for url (${address})`) }),
      Object.assign(new TypeError('Unable to connect'), { code: 'ECONNREFUSED', path: address }),
    ]) {
      const jenkins = connect({ url: 'http://x.invalid/', retry: false, fetch: () => Promise.reject(cause) });
      const error = await rejection(jenkins.raw.request({ path: 'build', query: { token: 'secret' } }));
      expect(error).toMatchObject({ code: 'ConnectionFailed' });
      expect(error).not.toHaveProperty('cause');
    }
  });

  test('all of several addresses refused is refused', async () => {
    const errors = ['ECONNREFUSED', 'ENETUNREACH'].map((code) => Object.assign(new Error(code), { code }));
    const jenkins = connect({
      url: 'http://x.invalid/',
      retry: false,
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new AggregateError(errors) })),
    });
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({ maybeSent: false });
  });
});

describe('the wait before a repetition', () => {
  const broken = new ConnectionFailedError('broken', true);

  test('doubles up to a limit, with jitter', () => {
    const policy = { limit: 10, minMs: 100, maxMs: 1000 };
    const longest = [0, 1, 2, 3, 4, 5].map((retries) => retryDelay(broken, retries, true, policy, () => 1));
    expect(longest).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(retryDelay(broken, 1, true, policy, () => 0)).toBe(100);
  });

  test('is none when it would do harm or cannot help', () => {
    expect(retryDelay(broken, 0, false, retryPolicy())).toBeUndefined();
    expect(retryDelay(broken, retryPolicy().limit, true, retryPolicy())).toBeUndefined();
    expect(retryDelay(new NotReadyError('later'), 0, false, retryPolicy())).toBeUndefined();
    expect(retryDelay(new Error('a bug'), 0, true, retryPolicy())).toBeUndefined();
  });
});
