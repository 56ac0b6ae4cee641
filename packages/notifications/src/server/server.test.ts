import { silentLogger } from '@armillary/kube';
import { describe, expect, test } from 'vitest';
import { NotificationError } from '../errors.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import type { AlertTrace } from '../store/notification-store.ts';
import { testAlert } from '../testing/notice.ts';
import { alertsFromEverybody, openAccess, tokenAccess, type Access } from './access.ts';
import type { DirectNotification, NotificationApi } from './notification-api.ts';
import { createServer } from './server.ts';

const receiver: ChannelReceiver<'webhook'> = {
  type: 'webhook',
  name: 'ops',
  tenant: 'alice',
  labels: {},
  spec: {
    url: 'https://hooks.example.com/services/SECRET?key=SECRET',
    httpConfig: {
      basicAuth: { username: 'u', password: { value: 'SECRET' } },
      bearerToken: { valueFrom: { secretKeyRef: { name: 's', key: 'token' } } },
    },
  },
  origin: { kind: 'object' },
};

/** An interface that does nothing but remember. */
function memoryApi(overrides: Partial<NotificationApi> = {}): NotificationApi & { taken: unknown[] } {
  const taken: unknown[] = [];
  return {
    taken,
    accept: async (body) => void taken.push(body),
    sendNow: async () => [],
    receivers: () => [receiver],
    configs: () => [],
    receiversWithConfig: () => [{ receiver: receiver, config: undefined }],
    traces: async () => [],
    explainReceiver: (name) => [`${name} is not told`],
    deadLetters: async () => [],
    replay: async (ids) => ids.length,
    invalidate: async () => {},
    problems: () => [],
    metrics: async () => ({ contentType: 'text/plain', text: 'metric 1\n' }),
    ...overrides,
  };
}

function serverOf(api: NotificationApi, access: Access = openAccess) {
  return createServer({ api, access, logger: silentLogger, bodyLimit: 1000 });
}

const json = { 'content-type': 'application/json' };
const posted = (payload: string | object, headers: Record<string, string> = json) => ({
  method: 'POST' as const,
  url: '/api/v2/alerts',
  payload,
  headers,
});

describe('posts of alerts', () => {
  test('are answered as upstream answers them', async () => {
    const api = memoryApi();
    const answer = await serverOf(api).inject(posted({ alerts: [] }));
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { Status: 200, Message: 'Notification request accepted' },
    ]);
    expect(api.taken).toEqual([{ alerts: [] }]);
  });

  test('need no content type: not every sender gives one', async () => {
    const api = memoryApi();
    const server = serverOf(api);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/vnd.x+json']) {
      expect((await server.inject(posted('{"alerts":[]}', { 'content-type': type }))).statusCode).toBe(200);
    }
    expect((await server.inject(posted('{"alerts":[]}', {}))).statusCode).toBe(200);
  });

  test.each([
    ['no JSON', '{"alerts":', 400],
    ['nothing', '', 400],
    ['too much', JSON.stringify({ alerts: 'x'.repeat(2000) }), 413],
  ])('with %s are refused with words', async (_, payload, status) => {
    const answer = await serverOf(memoryApi()).inject(posted(payload));
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ Status: status, Message: expect.stringMatching(/\w{3}/) });
  });

  test('that cannot be kept now are answered with 503, so that Alertmanager tries again', async () => {
    const accept = async (): Promise<void> => {
      throw new NotificationError('Busy', 'the disk is full');
    };
    const answer = await serverOf(memoryApi({ accept })).inject(posted({ alerts: [] }));
    expect([answer.statusCode, answer.json()]).toEqual([503, { Status: 503, Message: 'the disk is full' }]);
    expect(answer.headers['retry-after']).toBe('5');
  });

  test('that are long and many at once are answered with 503, and short ones as ever', async () => {
    const [taken, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const accept = async (): Promise<void> => {
      taken.resolve();
      await gate.promise;
    };
    const api = memoryApi({ accept });
    const server = createServer({
      api,
      access: openAccess,
      logger: silentLogger,
      bodyLimit: 6400,
      bodyRoom: 6400,
    });
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const post = async (length: number): Promise<number> => {
      const body = '{}'.padEnd(length);
      const answer = await fetch(`${url}/api/v2/alerts`, { method: 'POST', body });
      await answer.arrayBuffer();
      return answer.status;
    };
    const long = post(6400);
    await taken.promise;
    expect([await post(6400), await post(9000), await post(101)]).toEqual([503, 503, 503]);
    const short = post(100);
    gate.resolve();
    expect([await long, await short, await post(6400), await post(9000)]).toEqual([200, 200, 200, 413]);
    await server.close();
  });

  test('an error that nobody foresaw tells nothing of the inside', async () => {
    const accept = async (): Promise<void> => {
      throw new Error('SELECT secret');
    };
    const answer = await serverOf(memoryApi({ accept })).inject(posted({ alerts: [] }));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('SELECT');
  });
});

describe('no answer has credentials', () => {
  test.each(['/receivers', '/api/v2/receivers', '/receiverWithConfig'])('%s', async (url) => {
    const answer = await serverOf(memoryApi()).inject(`${url}?tenant=alice&type=webhook`);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain('SECRET');
    expect(answer.body).toContain('hooks.example.com');
    expect(answer.body).toContain('secretKeyRef');
  });

  test('configs neither', async () => {
    const config: ChannelConfig<'slack'> = {
      type: 'slack',
      name: 'bot',
      labels: {},
      spec: { slackTokenSecret: { value: 'SECRET' } },
      origin: { kind: 'object' },
    };
    const api = memoryApi({
      configs: () => [config],
      receiversWithConfig: () => [{ receiver, config }],
    });
    for (const url of ['/configs', '/api/v2/configs', '/receiverWithConfig']) {
      const answer = await serverOf(api).inject(url);
      expect([answer.statusCode, answer.body.includes('SECRET')]).toEqual([200, false]);
      expect(answer.body).toContain('bot');
    }
  });

  test('receivers are named by type and name', async () => {
    const answer = await serverOf(memoryApi()).inject('/receivers');
    expect(Object.keys(answer.json())).toEqual(['webhook/ops']);
  });
});

describe('who may', () => {
  const token = async (): Promise<string> => 'right';
  const basic = (password: string): string => `Basic ${Buffer.from(`am:${password}`).toString('base64')}`;

  test.each([
    ['nothing', undefined, 401],
    ['a wrong token', 'Bearer wrong', 401],
    ['the token', 'Bearer right', 200],
    ['the token as a password', basic('right'), 200],
    ['a wrong password', basic('wrong'), 401],
    ['something else', 'Digest right', 401],
  ])('with %s: %s', async (_, authorization, status) => {
    const server = serverOf(memoryApi(), tokenAccess(token));
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    expect((await server.inject(posted({ alerts: [] }, headers))).statusCode).toBe(status);
    expect((await server.inject({ url: '/receivers', headers })).statusCode).toBe(status);
  });

  test('alerts may be open to everybody while all the rest is not', async () => {
    const server = serverOf(memoryApi(), alertsFromEverybody(tokenAccess(token)));
    expect((await server.inject(posted({ alerts: [] }))).statusCode).toBe(200);
    for (const url of ['/receivers', '/configs', '/api/v2/trace?fingerprint=0123456789abcdef']) {
      expect((await server.inject(url)).statusCode).toBe(401);
    }
    for (const url of ['/api/v2/notifications', '/api/v2/verify', '/api/v2/deadletters/replay']) {
      expect((await server.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(401);
    }
  });

  test("who may not is told so in upstream's form on upstream's routes, for programs that show it to people", async () => {
    const server = serverOf(memoryApi(), tokenAccess(token));
    for (const url of ['/api/v2/alerts', '/api/v2/verify', '/api/v2/notifications']) {
      const answer = await server.inject({ method: 'POST', url, payload: {} });
      expect(answer.json()).toEqual({ Status: 401, Message: expect.stringContaining('token') });
    }
  });

  test('nothing is read of a body whose sender may not send it', async () => {
    const api = memoryApi();
    const answer = await serverOf(api, tokenAccess(token)).inject(posted('{"alerts":', {}));
    expect([answer.statusCode, api.taken]).toEqual([401, []]);
  });

  test('a page in a browser may post nothing, also where everybody else may', async () => {
    const api = memoryApi();
    const headers = { 'content-type': 'text/plain', origin: 'https://evil.example' };
    for (const url of ['/api/v2/alerts', '/api/v2/notifications', '/api/v2/deadletters/replay']) {
      const answer = await serverOf(api).inject({ ...posted('{"alerts":[]}', headers), url });
      expect(answer.statusCode).toBe(403);
    }
    expect(api.taken).toEqual([]);
  });

  test('a long request to forget answers is refused before anybody looks at its signature', async () => {
    const server = createServer({ api: memoryApi(), access: openAccess, logger: silentLogger });
    const url = '/api/v2/sources/one/invalidate';
    expect((await server.inject({ method: 'POST', url, payload: 'x'.repeat(100_000) })).statusCode).toBe(413);
    expect((await server.inject({ method: 'POST', url })).statusCode).toBe(200);
  });

  test('health and metrics are for everybody', async () => {
    const server = serverOf(memoryApi(), tokenAccess(token));
    for (const url of ['/healthz', '/readyz', '/-/live', '/-/ready', '/-/reload', '/status', '/metrics']) {
      expect((await server.inject(url)).statusCode).toBe(200);
    }
  });
});

test('it lives and is not ready while something keeps it from working, where upstream mixes the two up', async () => {
  const server = serverOf(memoryApi({ problems: () => ['no cluster'] }));
  for (const url of ['/readyz', '/-/ready']) {
    const answer = await server.inject(url);
    expect([answer.statusCode, answer.body]).toEqual([503, 'no cluster\n']);
  }
  for (const url of ['/healthz', '/-/live']) expect((await server.inject(url)).statusCode).toBe(200);
});

test('metrics are metrics, where upstream answers with the word', async () => {
  const answer = await serverOf(memoryApi()).inject('/metrics');
  expect([answer.headers['content-type'], answer.body]).toEqual(['text/plain', 'metric 1\n']);
});

test('ids of dead letters that are none are refused, not handed to the database', async () => {
  const url = '/api/v2/deadletters/replay';
  for (const id of ['x', '', '1; DROP TABLE alerts', '1e5', '9'.repeat(30)]) {
    const answer = await serverOf(memoryApi()).inject({ method: 'POST', url, payload: { ids: ['1', id] } });
    expect(answer.statusCode).toBe(400);
  }
  const answer = await serverOf(memoryApi()).inject({ method: 'POST', url, payload: { ids: ['1', '22'] } });
  expect(answer.json()).toEqual({ replayed: 2 });
});

describe('what is sent at once', () => {
  const object = {
    apiVersion: 'notification.kubesphere.io/v2beta2',
    kind: 'Receiver',
    metadata: { name: 'r', labels: { type: 'global' } },
    spec: { slack: { channels: ['#ops'] } },
  };

  test("a verification brings its own alert, with the labels of upstream's", async () => {
    const sent: unknown[] = [];
    const sendNow: NotificationApi['sendNow'] = async (notification) => {
      sent.push(...notification.alerts.map(({ labels }) => labels));
      return [];
    };
    const answer = await serverOf(memoryApi({ sendNow })).inject({
      method: 'POST',
      url: '/api/v2/verify',
      payload: { receiver: object },
    });
    expect(answer.json()).toEqual({ Status: 200, Message: 'Verify successfully' });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+$/);
    expect(sent).toEqual([{ alertname: 'verify', alerttype: 'verify', alerttime: time }]);
  });

  test('a failure is never hidden', async () => {
    const server = serverOf(
      memoryApi({ sendNow: async () => ['slack #ops: invalid_auth', 'email: refused'] }),
    );
    const payload = { receiver: object, alert: { alerts: [{ labels: { alertname: 'A' } }] } };
    const answer = await server.inject({ method: 'POST', url: '/api/v2/notifications', payload });
    expect([answer.statusCode, answer.json().Message]).toEqual([
      400,
      'slack #ops: invalid_auth; email: refused',
    ]);
  });

  test.each([
    ['no alert', {}],
    ['no alerts', { alert: { alerts: [] } }],
  ])('%s is no success', async (_, rest) => {
    const payload = { receiver: object, ...rest };
    const answer = await serverOf(memoryApi()).inject({
      method: 'POST',
      url: '/api/v2/notifications',
      payload,
    });
    expect([answer.statusCode, answer.json().Message]).toEqual([400, expect.stringContaining('alert')]);
  });

  test.each([
    ['without kind and name', { metadata: { labels: { type: 'global' } } }],
    ['of an older version', { apiVersion: 'notification.kubesphere.io/v2beta1', kind: 'Receiver' }],
    ['with nulls and odd labels', { metadata: { name: null, labels: { type: 'global', odd: 5 } } }],
    ['without metadata', {}],
  ])('a receiver %s is taken as upstream takes it', async (_, rest) => {
    const sent: DirectNotification[] = [];
    const sendNow = async (notification: DirectNotification): Promise<string[]> => {
      sent.push(notification);
      return [];
    };
    const spec = { slack: { channels: ['#ops'], alertSelector: null }, email: null };
    const answer = await serverOf(memoryApi({ sendNow })).inject({
      method: 'POST',
      url: '/api/v2/verify',
      payload: { receiver: { spec, ...rest }, config: null },
    });
    expect(answer.json()).toEqual({ Status: 200, Message: 'Verify successfully' });
    const metadata = { name: '', labels: expect.not.objectContaining({ odd: 5 }) };
    expect(sent).toMatchObject([
      { receiver: { kind: 'Receiver', metadata, spec: { slack: { channels: ['#ops'] } } } },
    ]);
    expect(sent[0]).not.toHaveProperty('config');
  });

  test.each([[{}], [{ receiver: null }], [{ receiver: 'ops' }], [{ receiver: {}, config: 'smtp' }], [[]]])(
    'a body of %j is refused',
    async (payload) => {
      const answer = await serverOf(memoryApi()).inject({ method: 'POST', url: '/api/v2/verify', payload });
      expect([answer.statusCode, answer.json().Message]).toEqual([400, expect.stringContaining('must be')]);
    },
  );

  test('a receiver that admission would refuse is refused with the field', async () => {
    const payload = { receiver: { ...object, spec: { slack: { channels: [] } } } };
    const answer = await serverOf(memoryApi()).inject({ method: 'POST', url: '/api/v2/verify', payload });
    expect([answer.statusCode, answer.json().Message]).toEqual([
      400,
      expect.stringContaining('slack.channels'),
    ]);
  });
});

test.each([
  ['/api/v2/trace', /16 hexadecimal digits/],
  ['/api/v2/trace?fingerprint=../etc', /16 hexadecimal digits/],
  ['/nowhere', /nothing at \/nowhere/],
])('%s says what is wrong', async (url, words) => {
  const answer = await serverOf(memoryApi()).inject(url);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json().title).toMatch(words);
});

test('what became of the messages is said of the receiver that is asked for, and of no other', async () => {
  const delivery = (name: string, reason: string): AlertTrace['deliveries'][number] => ({
    id: name,
    channel: 'webhook',
    receiver: name,
    tenant: '',
    shown: 'hook',
    kind: 'alerts',
    state: 'dead',
    queuedAt: 0,
    attempts: [{ at: 0, outcome: { outcome: 'dead', fault: 'permanent', reason } }],
  });
  const trace: AlertTrace = {
    alert: testAlert('Down'),
    receivedAt: 0,
    duplicates: 0,
    state: 'routed',
    decisions: [],
    deliveries: [delivery('ann', 'no such template'), delivery('bob', 'no such page')],
  };
  const server = serverOf(memoryApi({ traces: async () => [trace] }));
  const answer = await server.inject('/api/v2/trace?fingerprint=0123456789abcdef&receiver=ann');
  const [alert] = answer.json<{ alerts: { receiver: string[] }[] }>().alerts;
  expect(alert?.receiver).toEqual([
    'ann is not told',
    'The message for ann by hook was given up (no such template) at 1970-01-01T00:00:00.000Z.',
  ]);
});
