import { describe, expect, test } from 'vitest';
import { CookieJar } from './cookie-jar.ts';

const now = Date.UTC(2026, 0, 1);

function jar(...lines: string[]): CookieJar {
  const cookies = new CookieJar();
  cookies.store(lines, now);
  return cookies;
}

describe('cookies', () => {
  test('are kept by name and path, the newest value of each', () => {
    const cookies = jar(
      'JSESSIONID.1=a; Path=/; HttpOnly',
      'x="q=1"; path=/jenkins',
      'JSESSIONID.1=b; Path=/',
    );
    expect(cookies.header('/jenkins/api/json', now)).toBe('x="q=1"; JSESSIONID.1=b');
    expect(cookies.header('/other', now)).toBe('JSESSIONID.1=b');
    cookies.store(['x=2; Path=/'], now);
    expect(cookies.header('/jenkins/', now)).toContain('x="q=1"');
  });

  test.each([
    ['/jenkins', '/jenkins', true],
    ['/jenkins', '/jenkins/a', true],
    ['/jenkins/', '/jenkins/a', true],
    ['/jenkins', '/jenkins2', false],
    ['/jenkins/a', '/jenkins', false],
  ])('with the path %s go to %s: %s', (path, request, sent) => {
    expect(jar(`a=1; Path=${path}`).header(request, now) === 'a=1').toBe(sent);
  });

  test('end by Max-Age, by Expires, and when they are taken back', () => {
    const cookies = jar(
      'a=1; Max-Age=60',
      `b=1; Expires=${new Date(now + 30_000).toUTCString()}`,
      'c=1',
      'd=1',
      'e=1; Expires=never',
      'f=1',
    );
    cookies.store(
      [
        'c=; Max-Age=0',
        'd=; Expires=Thu, 01 Jan 1970 00:00:10 GMT',
        'f=; Expires=Thu, 01-Jan-1970 00:00:00 GMT',
      ],
      now,
    );
    expect(cookies.header('/', now)).toBe('a=1; b=1; e=1');
    expect(cookies.header('/', now + 30_000)).toBe('a=1; e=1');
    expect(cookies.header('/', now + 60_000)).toBe('e=1');
  });

  test('Max-Age wins over Expires', () => {
    expect(jar('a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:10 GMT').header('/', now)).toBe('a=1');
  });

  test('that are none are passed over, and their number is bounded', () => {
    expect(jar('', '=x', 'novalue', ';;;', '  ').header('/', now)).toBeUndefined();
    const cookies = jar(...Array.from({ length: 500 }, (_, index) => `c${index}=1`));
    expect(cookies.header('/', now)?.split('; ').length).toBeLessThanOrEqual(50);
  });
});
