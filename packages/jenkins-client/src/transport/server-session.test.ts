import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { rejection, scriptedJenkins, type Arrived, type Script } from './scripted-server.ts';

const noCrumb = recording('01-auth-12-post-password-no-crumb').response.body;

/** A Jenkins with crumbs bound to sessions, as recorded in 01-auth-09 to 01-auth-14. */
function crumbServer(): { script: Script; forgetSessions(): void; posts: Arrived[] } {
  const crumbs = new Map<string, string>();
  const posts: Arrived[] = [];
  return {
    posts,
    forgetSessions: () => crumbs.clear(),
    script(request, response) {
      const session = /JSESSIONID=([^;]+)/u.exec(request.headers.cookie ?? '')?.[1];
      if (request.url === '/crumbIssuer/api/json') {
        const id = session !== undefined && crumbs.has(session) ? session : randomUUID();
        crumbs.set(id, crumbs.get(id) ?? randomUUID());
        response.setHeader('set-cookie', [
          `JSESSIONID=${id}; Path=/; HttpOnly`,
          'remember-me=; Max-Age=0; Path=/',
        ]);
        response.end(JSON.stringify({ crumb: crumbs.get(id), crumbRequestField: 'Jenkins-Crumb' }));
      } else if (request.method === 'POST') {
        posts.push(request);
        const valid = session !== undefined && crumbs.get(session) === request.headers['jenkins-crumb'];
        if (valid && request.headers['jenkins-crumb'] !== undefined) response.end('done');
        else response.writeHead(403, { 'content-type': 'text/html' }).end(noCrumb);
      } else response.end('{}');
    },
  };
}

const password = { auth: { user: 'ada', password: 'päss' } };

describe('with a password', () => {
  test('one crumb is fetched for many calls, and sent with its cookie', async () => {
    const server = crumbServer();
    const { jenkins, requests } = await scriptedJenkins(server.script, password);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => jenkins.raw.request({ method: 'POST', path: 'x' })),
    );
    for (const answer of answers) expect(await answer.text()).toBe('done');
    expect(requests.filter((request) => request.url.startsWith('/crumbIssuer'))).toHaveLength(1);
    expect(server.posts).toHaveLength(20);
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:päss').toString('base64')}`);
  });

  test('reading takes no crumb, and uses the session', async () => {
    const { jenkins, requests } = await scriptedJenkins(crumbServer().script, password);
    await (await jenkins.raw.request({ path: 'api/json' })).discard();
    expect(requests).toHaveLength(1);
    await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    await (await jenkins.raw.request({ path: 'api/json' })).discard();
    expect(requests.at(-1)?.headers.cookie).toMatch(/^JSESSIONID=[^;]+$/u);
  });

  test('a crumb that went stale is fetched anew once for all, and each call repeated once', async () => {
    const server = crumbServer();
    const { jenkins, requests } = await scriptedJenkins(server.script, password);
    await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    server.forgetSessions();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const answer = await jenkins.raw.request({ method: 'POST', path: 'x' });
        expect(await answer.text()).toBe('done');
      }),
    );
    const fetched = requests.filter((request) => request.url.startsWith('/crumbIssuer'));
    expect(fetched).toHaveLength(2);
    expect(fetched[1]?.headers.cookie).toBeUndefined();
    expect(server.posts.length).toBeLessThanOrEqual(1 + 16);
  });

  test('a crumb that is always refused is an error after one repetition', async () => {
    const { jenkins, requests } = await scriptedJenkins((request, response) => {
      if (request.method === 'POST') response.writeHead(403, { 'content-type': 'text/html' }).end(noCrumb);
      else response.end('{"crumb":"c1","crumbRequestField":"Jenkins-Crumb"}');
    }, password);
    const error = await rejection(jenkins.raw.request({ method: 'POST', path: 'x' }));
    expect(error).toMatchObject({ code: 'CrumbRejected', status: 403 });
    expect(requests.filter((request) => request.method === 'POST')).toHaveLength(2);
  });

  test.each(['null', '[]', '{"crumb":1}', '"crumb"'])('%s is no crumb', async (body) => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end(body), password);
    expect(await rejection(jenkins.raw.request({ method: 'POST', path: 'x' }))).toMatchObject({
      code: 'UnexpectedBody',
    });
    expect(requests.filter((request) => request.method === 'POST')).toHaveLength(0);
  });

  test('a server without crumbs is asked once and then believed', async () => {
    const { jenkins, requests } = await scriptedJenkins((request, response) => {
      response.writeHead(request.url.startsWith('/crumbIssuer') ? 404 : 200).end();
    }, password);
    for (let count = 0; count < 3; count++) {
      await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    }
    expect(requests.map((request) => request.url)).toEqual(['/crumbIssuer/api/json', '/x', '/x', '/x']);
    expect(requests.at(-1)?.headers['jenkins-crumb']).toBeUndefined();
  });

  test('a restart of the server ends crumb and cookies', async () => {
    const server = crumbServer();
    let session = 'first';
    const { jenkins, requests } = await scriptedJenkins((request, response, nth) => {
      response.setHeader('x-jenkins-session', session);
      return server.script(request, response, nth);
    }, password);
    await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    session = 'second';
    await (await jenkins.raw.request({ path: 'api/json' })).discard();
    await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    expect(requests.filter((request) => request.url.startsWith('/crumbIssuer'))).toHaveLength(2);
    expect(jenkins.connection.serverSession).toBe('second');
  });

  test('an aborted call does not take the crumb from others', async () => {
    const { promise: hold, resolve: go } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: crumbAsked } = Promise.withResolvers<undefined>();
    const server = crumbServer();
    const { jenkins } = await scriptedJenkins(async (request, response, nth) => {
      if (request.url.startsWith('/crumbIssuer')) {
        crumbAsked(undefined);
        await hold;
      }
      await server.script(request, response, nth);
    }, password);
    const controller = new AbortController();
    const first = rejection(jenkins.raw.request({ method: 'POST', path: 'x', signal: controller.signal }));
    const second = jenkins.raw.request({ method: 'POST', path: 'x' });
    await asked;
    controller.abort();
    expect(await first).toMatchObject({ code: 'Aborted' });
    go(undefined);
    expect(await (await second).text()).toBe('done');
  });
});

describe('with a token', () => {
  test('neither crumb nor cookie is used', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => {
      response.setHeader('set-cookie', 'JSESSIONID=1; Path=/').end();
    });
    for (let count = 0; count < 2; count++) {
      await (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard();
    }
    expect(requests.map((request) => request.url)).toEqual(['/x', '/x']);
    expect(requests[1]?.headers.cookie).toBeUndefined();
  });

  test('of a bearer kind, a crumb is fetched once the server asks for it', async () => {
    const server = crumbServer();
    const { jenkins, requests } = await scriptedJenkins(server.script, { auth: { bearer: 'abc.def' } });
    expect(await (await jenkins.raw.request({ method: 'POST', path: 'x' })).text()).toBe('done');
    expect(requests.map((request) => request.url)).toEqual(['/x', '/crumbIssuer/api/json', '/x']);
    expect(requests[0]?.headers.authorization).toBe('Bearer abc.def');
  });

  test.each([{ bearer: 'a\nb' }, { bearer: '' }, { user: 'a:b', token: 'c' }])(
    '%j cannot be sent',
    async (auth) => {
      await expect(scriptedJenkins(() => undefined, { auth })).rejects.toMatchObject({ code: 'Invalid' });
    },
  );
});

describe('with a function', () => {
  test('credentials are asked once, and once more when they are refused', async () => {
    let asked = 0;
    const { jenkins, requests } = await scriptedJenkins(
      (request, response) => {
        const fresh = request.headers.authorization === `Basic ${btoa('ada:token-2')}`;
        response.writeHead(fresh ? 200 : 401, { 'www-authenticate': 'Basic realm="Jenkins"' }).end();
      },
      { auth: () => Promise.resolve({ user: 'ada', token: `token-${++asked}` }) },
    );
    await Promise.all(
      Array.from({ length: 8 }, async () =>
        (await jenkins.raw.request({ method: 'POST', path: 'x' })).discard(),
      ),
    );
    expect(asked).toBe(2);
    expect(requests.length).toBeLessThanOrEqual(16);
  });

  test('what is refused again is an error', async () => {
    let asked = 0;
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.writeHead(401).end(), {
      auth: () => ({ user: 'ada', token: `t${++asked}` }),
    });
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({ code: 'Unauthenticated' });
    expect(requests).toHaveLength(2);
  });

  test('its own failure is passed on, and it is asked again by the next call', async () => {
    let asked = 0;
    const { jenkins } = await scriptedJenkins((_, response) => response.end(), {
      auth() {
        if (++asked === 1) throw new Error('vault is sealed');
        return 'anonymous';
      },
    });
    expect(await rejection(jenkins.raw.request({ path: 'x' }))).toMatchObject({ message: 'vault is sealed' });
    await (await jenkins.raw.request({ path: 'x' })).discard();
  });
});
