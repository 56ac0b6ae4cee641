import { describe, expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { rejection, scriptedJenkins } from '../transport/scripted-server.ts';

describe('the system', () => {
  test('knows who asks', async () => {
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.end(recording('01-auth-07-whoami-admin').response.body),
    );
    expect(await jenkins.system.whoAmI()).toEqual({
      name: 'admin',
      anonymous: false,
      authenticated: true,
      authorities: ['authenticated'],
    });
  });

  test.each(['{}', 'null', '[]', '{"name":1,"authorities":[]}'])(
    'does not take %s for an answer',
    async (body) => {
      const { jenkins } = await scriptedJenkins((_, response) => response.end(body));
      expect(await rejection(jenkins.system.whoAmI())).toMatchObject({ code: 'UnexpectedBody' });
    },
  );

  test('is quieted and woken as recorded', async () => {
    const { jenkins, requests } = await scriptedJenkins(({ method }, response) => {
      if (method === 'POST') response.writeHead(302, { location: '/' }).end();
      else response.end(recording('06-sys-37-quiet-state').response.body);
    });
    await jenkins.system.quietDown('upgrade & more');
    expect(await jenkins.system.quietState()).toEqual({ quietingDown: true, reason: undefined });
    await jenkins.system.cancelQuietDown();
    await jenkins.system.reload();
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /quietDown?message=upgrade%20%26%20more&reason=upgrade%20%26%20more',
      'GET /api/json?tree=quietingDown%2CquietDownReason',
      'POST /cancelQuietDown',
      'POST /reload',
    ]);
  });

  test('is waited for through refusals, starting pages and the server that goes down', async () => {
    const answers = ['old', 'old', 503, 'reset', 503, 'new'] as const;
    const { jenkins, requests } = await scriptedJenkins(
      ({ method }, response, nth) => {
        const answer = answers[nth - 1];
        if (method === 'POST') response.writeHead(302, { location: '/' }).end();
        else if (answer === 'reset') response.destroy();
        else if (answer === 503) response.writeHead(503).end();
        else response.setHeader('x-jenkins-session', answer ?? 'new').end();
      },
      { retry: false },
    );
    const ended = await jenkins.system.restart();
    expect(ended).toBe('old');
    expect(await jenkins.system.waitUntilReady({ sinceSession: ended })).toBe('new');
    expect(requests[1]?.method).toBe('POST');
  });

  test('that never comes is a timeout; wrong credentials end the wait at once', async () => {
    let time = 0;
    const clock = { now: () => time, sleep: (ms: number) => Promise.resolve(void (time += ms)) };
    const dead = await scriptedJenkins((_, response) => response.writeHead(503).end(), {
      retry: false,
      clock,
    });
    expect(await rejection(dead.jenkins.system.waitUntilReady({ timeoutMs: 20_000 }))).toMatchObject({
      code: 'Timeout',
    });
    expect(time).toBe(20_000);
    const closed = await scriptedJenkins((_, response) => response.writeHead(401).end());
    expect(await rejection(closed.jenkins.system.waitUntilReady())).toMatchObject({
      code: 'Unauthenticated',
    });
  });

  test('takes 403 for ready, as who may read nothing gets it', async () => {
    const { jenkins } = await scriptedJenkins((_, response) =>
      response.writeHead(403, { 'x-jenkins-session': 's' }).end(),
    );
    expect(await jenkins.system.waitUntilReady()).toBe('s');
  });
});

describe('scripts', () => {
  test('are off unless allowed', async () => {
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end());
    expect(await rejection(jenkins.script.run('1'))).toMatchObject({ code: 'Invalid' });
    expect(requests).toHaveLength(0);
  });

  test('give what they print, as recorded', async () => {
    const { request, response: recorded } = recording('06-sys-40-scriptText');
    const { jenkins, requests } = await scriptedJenkins((_, response) => response.end(recorded.body), {
      allowScript: true,
    });
    const script = new URLSearchParams(request.body).get('script') ?? '';
    expect((await jenkins.script.run(script)).trim()).toBe('{"v":"2.516.2"}');
    expect(new URLSearchParams(requests[0]?.body).get('script')).toBe(script);
  });
});
