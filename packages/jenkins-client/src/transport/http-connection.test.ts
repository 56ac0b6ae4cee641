import { describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import type { RequestEvent, ResponseEvent } from './hooks.ts';
import { rejection, scriptedJenkins } from './scripted-server.ts';

describe('the address of the server', () => {
  test.each([
    ['http://ci.test', 'http://ci.test/'],
    ['http://ci.test/jenkins', 'http://ci.test/jenkins/'],
    ['https://ci.test:8443/a/b/', 'https://ci.test:8443/a/b/'],
  ])('%s is kept with its sub-path', (url, expected) => {
    expect(connect({ url }).url.href).toBe(expected);
  });

  test.each(['https://ada:secret@ci.test/', 'https://secret@ci.test/'])('refuses credentials: %s', (url) => {
    expect(() => connect({ url })).toThrow('auth: { user, token }');
    expect(() => connect({ url })).not.toThrow('secret');
  });

  test.each(['', 'ci.test', 'ftp://ci.test/', 'https://ci.test/?a=1', 'https://ci.test/#a'])(
    'refuses "%s"',
    (url) => {
      expect(() => connect({ url })).toThrow(expect.objectContaining({ code: 'Invalid' }));
    },
  );
});

describe('a request', () => {
  test('goes below the sub-path with its query encoded', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end('{}'));
    const below = connect({ url: `${jenkins.url.href}jenkins`, auth: 'anonymous' });
    await (
      await below.raw.request({ path: 'api/json', query: { tree: 'a[b]{0,5}', x: undefined, y: 0 } })
    ).discard();
    expect(requests[0]?.url).toBe('/jenkins/api/json?tree=a%5Bb%5D%7B0%2C5%7D&y=0');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  test('carries a form, JSON, text, or multipart', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
    const multipart = new FormData();
    multipart.append('json', '{"file":"part0"}');
    multipart.append('part0', new Blob(['ünï']), 'a b.txt');
    const send = async (body: object): Promise<void> => {
      await (await jenkins.raw.request({ method: 'POST', path: 'x', ...body })).discard();
    };
    await send({ form: { name: 'a b&c=ü', tag: ['1', '2'] } });
    await send({ json: { a: [1] } });
    await send({ body: { type: 'application/xml', text: '<a/>' } });
    await send({ multipart });
    expect(requests.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/x-www-form-urlencoded;charset=UTF-8', 'name=a+b%26c%3D%C3%BC&tag=1&tag=2'],
      ['application/json;charset=UTF-8', '{"a":[1]}'],
      ['application/xml', '<a/>'],
      [
        expect.stringMatching(/^multipart\/form-data; ?boundary=/u),
        expect.stringContaining('filename="a b.txt"'),
      ],
    ]);
    expect(requests[3]?.body).toContain('ünï');
  });

  test('gives a redirect as a result when asked to, with the path of its location', async () => {
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.writeHead(302, { location: '/job/p3/../p3-renamed' }).end(),
    );
    const answer = await jenkins.raw.request({ method: 'POST', path: 'job/p3/confirmRename', accept: [302] });
    expect(answer).toMatchObject({ status: 302, location: 'job/p3-renamed' });
    await answer.discard();
  });

  test('does not take a page for the redirect that it wanted', async () => {
    const { jenkins } = await scriptedJenkins(({ url }, response) =>
      response
        .writeHead(200, { 'content-type': url === '/text' ? 'text/plain' : 'text/html; charset=utf-8' })
        .end('<form action="https://sso.test/login">'),
    );
    const post = (path: string, accept: number[]) => jenkins.raw.request({ method: 'POST', path, accept });
    expect(await rejection(post('job/a/doDelete', [302]))).toMatchObject({
      code: 'UnexpectedBody',
      message: expect.stringContaining('a login may stand before it') as string,
    });
    for (const page of [await post('form', [200, 302]), await post('text', [302])]) {
      expect(page.status).toBe(200);
      await page.discard();
    }
  });

  test('does not take a redirect to a login for the result', async () => {
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.writeHead(302, { location: '/login?from=x' }).end(),
    );
    expect(await rejection(jenkins.raw.request({ path: 'x', accept: [302] }))).toMatchObject({
      code: 'LoginRedirect',
    });
  });
});

describe('a path', () => {
  test.each([
    '/api/json',
    'job/a?tree=x',
    'job/a#b',
    'job/a/../b',
    'job/../../x',
    '..',
    'job/%2e%2E/x',
    'job/./x',
    'job\\a',
    'job/a b',
    'job/a\nb',
    'job/\ud800',
  ])('that would lead elsewhere is refused: %j', async (path) => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
    expect(await rejection(jenkins.raw.request({ path }))).toMatchObject({ code: 'Invalid' });
    expect(requests).toHaveLength(0);
  });

  test.each(['', 'job/...', 'job/.a/a.', 'job/%252E/x', 'job/ü'])(
    'is sent when it does not: %j',
    async (path) => {
      const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
      await (await jenkins.raw.request({ path })).discard();
      expect(decodeURI(requests[0]?.url ?? '')).toBe(`/${decodeURI(path)}`);
    },
  );
});

describe('headers', () => {
  test('of a request win over those of the connection, whatever their case', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end(), {
      headers: { 'X-Proxy': 'one', Accept: 'text/plain' },
    });
    await (await jenkins.raw.request({ path: 'x', headers: { ACCEPT: 'application/json' } })).discard();
    expect(requests[0]?.headers).toMatchObject({ 'x-proxy': 'one', accept: 'application/json' });
  });

  test.each([
    ['x-y', 'a\nb'],
    ['x y', 'a'],
  ])('that cannot be sent are named, without their value: %j', async (name, value) => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
    const error = await rejection(jenkins.raw.request({ path: 'x', headers: { [name]: value } }));
    expect(error).toMatchObject({ code: 'Invalid', message: expect.stringContaining(`"${name}"`) });
    expect(requests).toHaveLength(0);
  });
});

describe('options that cannot work', () => {
  test.each([{ concurrency: 0 }, { concurrency: 1.5 }, { concurrency: Number.NaN }])('%j', (options) => {
    expect(() => connect({ url: 'http://ci.test/', ...options })).toThrow('concurrency');
  });

  test.each([0, -1, Number.NaN])('timeoutMs %s', async (timeoutMs) => {
    const { jenkins } = await scriptedJenkins((_, response) => response.end());
    expect(await rejection(jenkins.raw.request({ path: 'x', timeoutMs }))).toMatchObject({ code: 'Invalid' });
  });
});

describe('an answer', () => {
  test('larger than the limit is refused, as text and as JSON', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => response.end('x'.repeat(2000)), {
      maxBytes: 1000,
    });
    const text = await jenkins.raw.request({ path: 'x' });
    expect(await rejection(text.text())).toMatchObject({ code: 'TooLarge', limit: 1000 });
    const json = await jenkins.raw.request({ path: 'x', maxBytes: 100 });
    expect(await rejection(json.json())).toMatchObject({ code: 'TooLarge', limit: 100 });
    const whole = await jenkins.raw.request({ path: 'x', maxBytes: 2000 });
    expect(await whole.text()).toHaveLength(2000);
  });

  test('counts bytes after decompression', async () => {
    const { gzipSync } = await import('node:zlib');
    const { jenkins } = await scriptedJenkins(
      (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000))),
      { maxBytes: 10_000 },
    );
    const answer = await jenkins.raw.request({ path: 'x' });
    expect(await rejection(answer.text())).toMatchObject({ code: 'TooLarge' });
  });

  test('decodes UTF-8 split anywhere', async () => {
    const { jenkins } = await scriptedJenkins(async (_, response) => {
      for (const byte of Buffer.from('ä€😀')) {
        response.write(new Uint8Array([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    });
    expect(await (await jenkins.raw.request({ path: 'x' })).text()).toBe('ä€😀');
  });

  test.each([
    ['<html>login</html>', 'text/html'],
    ['', 'application/json'],
    ['{"a":', 'application/json'],
  ])('%s as %s is no JSON', async (body, type) => {
    const { jenkins } = await scriptedJenkins((_, response) => {
      response.setHeader('content-type', type).end(body);
    });
    const answer = await jenkins.raw.request({ path: 'api/json' });
    expect(await rejection(answer.json())).toMatchObject({ code: 'UnexpectedBody', path: 'api/json' });
  });

  test('that breaks off is a failed connection', async () => {
    const { jenkins } = await scriptedJenkins((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('some');
      setImmediate(() => response.destroy());
    });
    const answer = await jenkins.raw.request({ path: 'x' });
    expect(await rejection(answer.text())).toMatchObject({ code: 'ConnectionFailed', maybeSent: true });
  });

  test('can be read as a stream, and given up', async () => {
    let closed: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const { jenkins } = await scriptedJenkins((_, response) => {
      response.on('close', () => closed?.());
      response.write('first');
    });
    const answer = await jenkins.raw.request({ path: 'x' });
    const reader = answer.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
    await reader.cancel();
    await gone;
  });
});

describe('concurrency', () => {
  test('is kept, first come first served, and streams do not count', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const { jenkins, requests } = await scriptedJenkins(
      (request, response) => {
        if (request.url === '/stream') {
          response.write('x');
          return;
        }
        waiting.push(() => response.end());
        most = Math.max(most, waiting.length);
        // Only when all that may come have come, one goes.
        if (waiting.length === 2) setImmediate(() => waiting.shift()?.());
      },
      { concurrency: 2 },
    );
    const streams = await Promise.all([1, 2, 3].map(() => jenkins.raw.request({ path: 'stream' })));
    const calls = Array.from({ length: 8 }, async (_, index) => {
      const answer = await jenkins.raw.request({ path: `n${index}` });
      await answer.discard();
      if (index === 6) waiting.shift()?.();
    });
    await Promise.all(calls);
    expect(most).toBe(2);
    const order = requests.slice(3).map((request) => request.url);
    // The first two are under way together, and may overtake each other.
    expect(order.slice(0, 2).sort()).toEqual(['/n0', '/n1']);
    expect(order.slice(2)).toEqual(['/n2', '/n3', '/n4', '/n5', '/n6', '/n7']);
    for (const stream of streams) await stream.discard();
  });

  test('a call that waits for its turn can be aborted', async () => {
    const { jenkins, requests } = await scriptedJenkins(() => undefined, { concurrency: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const blocked = rejection(jenkins.raw.request({ path: 'a', signal: first.signal }));
    const waiting = rejection(jenkins.raw.request({ path: 'b', signal: second.signal }));
    second.abort();
    expect(await waiting).toMatchObject({ code: 'Aborted' });
    first.abort();
    expect(await blocked).toMatchObject({ code: 'Aborted' });
    expect(requests.map((request) => request.url)).not.toContain('/b');
  });
});

describe('hooks', () => {
  test('see every sending and answer, and no secret', async () => {
    const seen: (RequestEvent | ResponseEvent)[] = [];
    const { jenkins } = await scriptedJenkins(
      (_, response, nth) =>
        response
          .writeHead(nth === 1 ? 503 : 200, {
            'set-cookie': 'JSESSIONID=session-secret',
            location: 'https://sso.test/auth?state=login-secret',
          })
          .end(),
      {
        headers: { 'x-proxy-token': 'proxy-secret' },
        onRequest: (event) => seen.push(event),
        onResponse: (event) => seen.push(event),
      },
    );
    await (await jenkins.raw.request({ path: 'x', query: { token: 'query-secret' } })).discard();
    expect(seen.map((event) => [event.attempt, 'status' in event ? event.status : undefined])).toEqual([
      [0, undefined],
      [0, 503],
      [1, undefined],
      [1, 200],
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/the-token|secret|YWRh/u);
  });
});

describe('secrets of a request', () => {
  test.each([
    [{ form: { json: '{"credentials":{"password":"hunter2-x"}}' } }],
    [{ form: { json: '{"parameter":[{"name":"DB_PASSWORD","value":"hunter2-x"}]}' } }],
    [{ form: { DEPLOY_TOKEN: 'hunter2-x' } }],
    [{ form: { secret: ['another', 'hunter2-x'] } }],
    [{ json: { deep: [{ privateKey: 'hunter2-x' }] } }],
    [{ body: { type: 'application/xml', text: '<a><password>hunter2-x</password></a>' } }],
    [{ body: { type: 'text/yaml', text: 'jenkins:\n  password: "hunter2-x"' } }],
    [{ query: { token: 'hunter2-x' } }],
    [{ headers: { 'x-api-token': 'hunter2-x' } }],
  ])('are cut out of what the server says: %j', async (body) => {
    const { jenkins } = await scriptedJenkins((request, response) => {
      const credentials = request.headers.authorization;
      response.writeHead(400, { 'x-error': `bad value hunter2-x of the-token ${credentials}` }).end();
    });
    const error = await rejection(jenkins.raw.request({ method: 'POST', path: 'x', ...body }));
    expect(error).toMatchObject({ code: 'Invalid', message: expect.stringContaining('bad value ****') });
    expect((error as Error).message).not.toMatch(/hunter2-x|the-token|YWRh/u);
  });

  test('are not shown by the cut of a long text, nor line by line', async () => {
    const key = `-----BEGIN KEY-----\n${'MIIBsecretline'.repeat(4)}\n${'another0'.repeat(8)}\n-----END KEY-----\n`;
    const long = `${'x'.repeat(490)} hunter2-and-a-half`;
    for (const words of [long, key, `found ${key.split('\n')[1]} in it`, encodeURIComponent(key)]) {
      const { jenkins } = await scriptedJenkins((_, response) => {
        response.writeHead(400, { 'content-type': 'text/plain' }).end(words);
      });
      const form = {
        json: JSON.stringify({ credentials: { privateKey: key, password: 'hunter2-and-a-half' } }),
      };
      const error = await rejection(jenkins.raw.request({ method: 'POST', path: 'x', form }));
      expect((error as Error).message).toContain('****');
      expect((error as Error).message).not.toMatch(/hunter2|MIIB|another0/u);
    }
  });

  test('too short to be told from other text make the words go', async () => {
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.writeHead(400, { 'x-error': 'bad a' }).end(),
    );
    const error = await rejection(
      jenkins.raw.request({ method: 'POST', path: 'x', form: { password: 'a' } }),
    );
    expect((error as Error).message).toBe('Jenkins refused POST x');
  });
});
