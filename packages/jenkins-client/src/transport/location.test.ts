import { describe, expect, test } from 'vitest';
import { recording, recordingNames } from '../testing/recording.ts';
import { readLocation } from './location.ts';

const root = new URL('http://127.0.0.1:18090/');
const below = new URL('https://ci.test/jenkins/');

describe('a Location', () => {
  const names = recordingNames().filter((name) => recording(name).response.headers['location'] !== undefined);

  test.each(names)('recorded in %s leads to a path of the server', (name) => {
    const { request, response } = recording(name);
    const server = name.startsWith('11-sub') ? new URL('http://127.0.0.1:18091/jenkins/') : root;
    const from = new URL(`${server.href}${request.path.slice(1)}`);
    const location = readLocation(String(response.headers['location']), from, server);
    expect(location).toMatchObject({
      login: false,
      path: expect.not.stringMatching(/^\/|\/$|\.\.|^jenkins|^https?:/u),
    });
  });

  test.each([
    ['/job/p3/../p3-renamed', 'job/p3/confirmRename', 'job/p3-renamed'],
    ['/computer/agent-1/..', 'computer/agent-1/doDelete', 'computer'],
    ['/', 'quietDown', ''],
    ['.', 'quietDown', ''],
    ['configure', 'job/a/', 'job/a/configure'],
    ['http://127.0.0.1:18090/queue/item/7/', 'job/a/build', 'queue/item/7'],
    ['/job/team/job/sub%20folder/configure', 'job/team/createItem', 'job/team/job/sub%20folder/configure'],
    ['/job/feature%252Fx/', 'x', 'job/feature%252Fx'],
  ])('%s of %s is %s', (header, path, expected) => {
    expect(readLocation(header, new URL(path, root), root)).toMatchObject({ path: expected, login: false });
  });

  test('loses the prefix of the server', () => {
    expect(readLocation('/jenkins/queue/item/3/', below, below)?.path).toBe('queue/item/3');
    expect(readLocation('/jenkins', below, below)?.path).toBe('');
  });

  test('of a root address that only the server knows is cut to the routes of Jenkins', () => {
    const foreign = readLocation('http://public.test/ci/job/a/job/b/', below, below);
    expect(foreign).toMatchObject({ path: 'job/a/job/b', login: false });
    expect(readLocation('http://public.test/queue/item/3/', below, below)?.path).toBe('queue/item/3');
  });

  test.each([
    '/jenkins/login?from=%2F',
    '/jenkins/securityRealm/commenceLogin?from=%2F',
    '/oauth2/start?rd=%2F',
    'https://sso.test/realms/ci/protocol/openid-connect/auth?client_id=jenkins',
    '//sso.test/login',
  ])('%s is a login', (header) => {
    expect(readLocation(header, below, below)).toMatchObject({ login: true });
  });

  test.each(['http://', 'http://[', '//'])('%s is none', (header) => {
    expect(readLocation(header, below, below)).toBeUndefined();
  });
});
