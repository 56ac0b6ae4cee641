import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../object.ts';
import type { VirtualResource } from '../server/admission.ts';
import { StatusError } from '../status-error.ts';
import { Store } from '../storage/store.ts';
import { selfSubjectReview, tokenReview } from './authentication-reviews.ts';
import { Authenticator } from './authenticator.ts';
import { ServiceAccountTokens, defaultIssuer } from './service-account-tokens.ts';
import { StaticTokens, parseTokenFile } from './static-tokens.ts';
import { dropObject, putObject } from './testing/put-object.ts';
import { tokenRequest } from './token-request.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const admin = { username: 'kubernetes-admin', groups: ['system:masters'] };

let store: Store;
let clock: number;
let tokens: ServiceAccountTokens;
let authenticator: Authenticator;
let account: KubeObject;
let pod: KubeObject;

beforeEach(async () => {
  store = new Store(':memory:');
  clock = Date.parse('2026-05-01T10:00:00Z');
  tokens = new ServiceAccountTokens(privateKey, store, () => clock);
  const fixed = new StaticTokens();
  fixed.add('admin-token', admin);
  authenticator = new Authenticator(fixed, tokens, () => clock);
  account = await putObject(store, 'serviceaccounts', { metadata: { namespace: 'ci', name: 'builder' } });
  pod = await putObject(store, 'pods', {
    metadata: { namespace: 'ci', name: 'p' },
    spec: { serviceAccountName: 'builder' },
  });
});
afterEach(() => store.close());

const bearer = (token: string, path = '/api'): { authorization: string; path: string } => ({
  authorization: `Bearer ${token}`,
  path,
});

const statusOf = (act: () => unknown): { code: number; message?: string } => {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const issue = (more: Partial<Parameters<ServiceAccountTokens['issue']>[0]> = {}): string =>
  tokens.issue({
    namespace: 'ci',
    name: 'builder',
    uid: account.metadata.uid ?? '',
    audiences: [defaultIssuer],
    expirationSeconds: 600,
    ...more,
  }).token;

describe('Authenticator', () => {
  test('without credentials only health and version are open', () => {
    for (const path of ['/healthz', '/livez', '/readyz/etcd', '/version'])
      expect(authenticator.authenticate({ path }).username).toBe('system:anonymous');
    for (const path of ['/api', '/', '/healthzz', '/metrics', '/version/x'])
      expect(statusOf(() => authenticator.authenticate({ path })).code, path).toBe(401);
  });

  test('wrong credentials are refused even where none are needed', () => {
    for (const token of ['nonsense', 'a.b.c', 'admin-toke', 'admin-tokenn'])
      expect(statusOf(() => authenticator.authenticate(bearer(token, '/healthz'))).code).toBe(401);
    const certificate = { verified: false, user: admin, expires: clock + 1000 };
    expect(statusOf(() => authenticator.authenticate({ certificate, path: '/version' })).code).toBe(401);
  });

  test('a verified client certificate is the user it names, until it expires', () => {
    const certificate = { verified: true, user: { username: 'ann', groups: ['dev'] }, expires: clock + 1000 };
    expect(authenticator.authenticate({ certificate, path: '/api' })).toEqual({
      username: 'ann',
      groups: ['dev', 'system:authenticated'],
    });
    clock += 2000;
    expect(statusOf(() => authenticator.authenticate({ certificate, path: '/api' })).code).toBe(401);
    expect(authenticator.authenticate({ certificate, ...bearer('admin-token') }).username).toBe(
      'kubernetes-admin',
    );
  });

  test('the scheme of the header may be written in any case; other schemes are no credentials', () => {
    expect(
      authenticator.authenticate({ authorization: 'bearer admin-token', path: '/api' }).groups,
    ).toContain('system:masters');
    expect(
      statusOf(() => authenticator.authenticate({ authorization: 'Basic YTpi', path: '/api' })).code,
    ).toBe(401);
  });
});

describe('service account tokens', () => {
  test('stand for the account, its groups and the pod', () => {
    const bound = { kind: 'Pod', name: 'p', uid: pod.metadata.uid ?? '' } as const;
    const user = authenticator.authenticate(bearer(issue({ bound })));
    expect(user).toMatchObject({
      username: 'system:serviceaccount:ci:builder',
      uid: account.metadata.uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/pod-name': ['p'] },
    });
  });

  test('die with their time, their account and what they are bound to', async () => {
    const bound = { kind: 'Pod', name: 'p', uid: pod.metadata.uid ?? '' } as const;
    const plain = issue();
    const withPod = issue({ bound });
    expect(tokens.verify(withPod)).toBeDefined();
    await dropObject(store, 'pods', 'ci', 'p');
    expect(tokens.verify(withPod)).toBeUndefined();
    await putObject(store, 'pods', { metadata: { namespace: 'ci', name: 'p' } });
    expect(tokens.verify(withPod), 'a pod made anew is another pod').toBeUndefined();
    expect(tokens.verify(plain)).toBeDefined();
    clock += 600_000;
    expect(tokens.verify(plain), 'expired').toBeUndefined();
    const again = issue();
    await dropObject(store, 'serviceaccounts', 'ci', 'builder');
    expect(tokens.verify(again)).toBeUndefined();
    await putObject(store, 'serviceaccounts', { metadata: { namespace: 'ci', name: 'builder' } });
    expect(tokens.verify(again), 'an account made anew is another account').toBeUndefined();
  });

  test('are for their audience alone', () => {
    const vault = issue({ audiences: ['vault'] });
    expect(tokens.verify(vault)).toBeUndefined();
    expect(tokens.verify(vault, ['vault', 'other'])?.audiences).toEqual(['vault']);
  });

  test('forgeries are refused', () => {
    const token = issue();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const root = encode({ ...claims, sub: 'system:serviceaccount:kube-system:root' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const foreign = sign('sha256', Buffer.from(`${header}.${payload}`), {
      key: other,
      dsaEncoding: 'ieee-p1363',
    });
    for (const forged of [
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'HS256' })}.${payload}.${signature}`,
      `${header}.${root}.${signature}`,
      `${header}.${payload}.${foreign.toString('base64url')}`,
      `${header}.${payload}`,
      `${token}.x`,
      `${header}.${payload}.${'A'.repeat(4000)}`,
      '..',
    ])
      expect(tokens.verify(forged), forged.slice(0, 40)).toBeUndefined();
  });

  test('the ones in secrets are good as long as the secret holds them', async () => {
    const token = tokens.issueLegacy('ci', 'builder', account.metadata.uid ?? '', 's');
    expect(tokens.verify(token)).toBeUndefined();
    await putObject(store, 'secrets', {
      metadata: { namespace: 'ci', name: 's' },
      data: { token: Buffer.from(token).toString('base64') },
    });
    expect(tokens.verify(token)?.user.username).toBe('system:serviceaccount:ci:builder');
    expect(tokens.verify(token, ['vault'])).toBeUndefined();
    await dropObject(store, 'secrets', 'ci', 's');
    expect(tokens.verify(token)).toBeUndefined();
  });
});

const create = (resource: VirtualResource, object: Record<string, unknown>, name = ''): KubeObject =>
  resource.create({
    user: admin,
    namespace: name ? 'ci' : '',
    name,
    object: { apiVersion: 'v1', kind: 'X', metadata: {}, ...object },
    dryRun: false,
  }) as KubeObject;

describe('serviceaccounts/token', () => {
  const request = (spec: unknown): KubeObject => create(tokenRequest(tokens, store), { spec }, 'builder');

  test('answers with a token that works for the asked time', () => {
    const { status, spec } = request({ expirationSeconds: 1200 }) as unknown as {
      status: { token: string; expirationTimestamp: string };
      spec: { audiences: string[] };
    };
    expect(status.expirationTimestamp).toBe('2026-05-01T10:20:00Z');
    expect(spec.audiences).toEqual([defaultIssuer]);
    expect(authenticator.authenticate(bearer(status.token)).username).toBe(
      'system:serviceaccount:ci:builder',
    );
  });

  test('refuses what a token cannot be', () => {
    expect(statusOf(() => request({ expirationSeconds: 599 }))).toMatchObject({
      code: 422,
      message:
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    });
    expect(statusOf(() => request({ expirationSeconds: 2 ** 32 + 1 })).code).toBe(422);
    const refusedBindings = [
      [{ kind: 'Service', apiVersion: 'v1', name: 'x' }, 400],
      [{ kind: 'Pod', apiVersion: 'v1', name: 'absent' }, 404],
      [{ kind: 'Pod', apiVersion: 'v1', name: 'p', uid: 'another' }, 409],
    ] as const;
    for (const [boundObjectRef, code] of refusedBindings)
      expect(statusOf(() => request({ boundObjectRef })).code).toBe(code);
    expect(statusOf(() => create(tokenRequest(tokens, store), {}, 'nobody')).code).toBe(404);
  });

  test('binds only to pods that run as the account', async () => {
    await putObject(store, 'pods', {
      metadata: { namespace: 'ci', name: 'q' },
      spec: { serviceAccountName: 'b' },
    });
    expect(
      statusOf(() => request({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'q' } })).message,
    ).toBe(
      'cannot bind token for serviceaccount "builder" to pod running with different serviceaccount name.',
    );
  });
});

describe('reviews', () => {
  test('TokenReview tells whom a token stands for', () => {
    const review = (spec: unknown): unknown => create(tokenReview(authenticator), { spec })['status'];
    expect(review({ token: 'admin-token' })).toEqual({
      authenticated: true,
      user: { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      audiences: [defaultIssuer],
    });
    expect(review({ token: issue({ audiences: ['a', 'b'] }), audiences: ['b', 'c'] })).toMatchObject({
      authenticated: true,
      audiences: ['b'],
    });
    expect(review({ token: 'admin-token', audiences: ['vault'] })).not.toHaveProperty('authenticated');
    expect(review({ token: 'x' })).toEqual({ user: {}, error: 'invalid bearer token' });
    expect(statusOf(() => review({})).message).toBe('token is required for TokenReview in authentication');
  });

  test('SelfSubjectReview tells the caller who it is', () => {
    expect(
      create(
        selfSubjectReview(() => clock),
        {},
      ),
    ).toMatchObject({
      metadata: { creationTimestamp: '2026-05-01T10:00:00Z' },
      status: { userInfo: admin },
    });
  });
});

test('parseTokenFile reads what kube-apiserver reads, and never prints a token', () => {
  expect(parseTokenFile('t1,ann,1,"dev,ops"\r\n\n# note\nt2,"bob",\n')).toEqual([
    { token: 't1', user: { username: 'ann', uid: '1', groups: ['dev', 'ops'] } },
    { token: 't2', user: { username: 'bob', groups: [] } },
  ]);
  expect(() => parseTokenFile('secret-token,ann')).toThrow(/^token file, line 1: write token,user,uid/);
});
