import { describe, expect, test } from 'vitest';
import { answerRefusal, requestRefusal, signAnswer, signatureHeaders, signRequest } from './signature.ts';

const now = Date.UTC(2026, 0, 1);
const request = { method: 'GET', target: '/api/v2/receivers?cluster=c&namespace=shop', body: '' };
const answer = { status: 200, body: Buffer.from('[]') };

describe('a signature', () => {
  // printf '1767225600\nGET\n/api/v2/receivers?cluster=c&namespace=shop\nSHA256' | openssl dgst -sha256 -hmac secret
  test('of a request is what openssl makes of timestamp, method, path with query, and hash of the body', () => {
    expect(signRequest(request, ['secret'], now + 999)).toEqual({
      'x-armillary-timestamp': '1767225600',
      'x-armillary-signature': 'v1=941e7393f670d7078a80716c5032b69452d42e373654064d0a946c6d6930d06e',
    });
  });

  test('of an answer is what openssl makes of status, timestamp and body', () => {
    expect(signAnswer(answer, ['secret'], now)['x-armillary-signature']).toBe(
      'v1=7b17e441121ab0502661b6fbd689cdac257b02a37252a0a22b6d4341abe37edf',
    );
  });

  test.each([
    ['another method', { method: 'POST' }],
    ['another namespace', { target: '/api/v2/receivers?cluster=c&namespace=bank' }],
    ['another body', { body: '{}' }],
  ])('does not hold for %s', (_, change) => {
    const headers = signRequest(request, ['secret'], now);
    expect(requestRefusal({ ...request, ...change }, headers, ['secret'], now)).toContain('not made with');
    expect(requestRefusal(request, headers, ['secret'], now)).toBeUndefined();
  });

  test('does not hold for another status or body of an answer', () => {
    const headers = signAnswer(answer, ['secret'], now);
    expect(answerRefusal({ ...answer, status: 404 }, headers, ['secret'], now)).toContain('not made with');
    expect(answerRefusal({ ...answer, body: Buffer.from('[ ]') }, headers, ['secret'], now)).toContain(
      'not made',
    );
    expect(answerRefusal(answer, headers, ['secret'], now)).toBeUndefined();
  });

  test('of a request is none of an answer', () => {
    const headers = signRequest(request, ['secret'], now);
    expect(answerRefusal(answer, headers, ['secret'], now)).toBeDefined();
  });
});

describe('while a secret is replaced', () => {
  test.each([
    [['new', 'old'], ['old']],
    [['new'], ['new', 'old']],
    [['old'], ['new', 'old']],
  ])('%j signs for who knows %j', (signing, knowing) => {
    expect(requestRefusal(request, signRequest(request, signing, now), knowing, now)).toBeUndefined();
  });
});

describe('what is refused', () => {
  const good = signRequest(request, ['secret'], now);
  const { timestamp, signature } = signatureHeaders;
  test.each([
    ['no headers', {}],
    ['no timestamp', { [signature]: good[signature] }],
    ['no signature', { [timestamp]: good[timestamp] }],
    ['an empty signature', { ...good, [signature]: '' }],
    ['a signature of another scheme', { ...good, [signature]: good[signature]?.replace('v1=', 'v0=') }],
    ['half a signature', { ...good, [signature]: good[signature]?.slice(0, 40) }],
    ['a signature hidden behind many', { ...good, [signature]: `${'v1=0,'.repeat(1000)}${good[signature]}` }],
    ['a timestamp that is none', { ...good, [timestamp]: 'now' }],
    ['a timestamp in milliseconds', { ...good, [timestamp]: String(now) }],
    ['a negative timestamp', { ...good, [timestamp]: '-1' }],
  ])('%s', (_, headers) => {
    expect(requestRefusal(request, headers, ['secret'], now)).toBeDefined();
  });

  test('everything when no secret is known', () => {
    expect(requestRefusal(request, signRequest(request, [], now), [], now)).toBeDefined();
    expect(requestRefusal(request, signRequest(request, [''], now), [], now)).toBeDefined();
  });

  test.each([
    [-300_000, true],
    [-301_000, false],
    [300_000, true],
    [301_000, false],
  ])('a message that is %i ms away: taken is %s', (away, taken) => {
    expect(requestRefusal(request, good, ['secret'], now - away) === undefined).toBe(taken);
  });
});
