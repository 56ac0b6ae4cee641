import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeSource, json, listOf, mailTo, receivers, status } from '../testing/fake-source.ts';
import type { SourceHandler } from '../testing/fake-source.ts';
import { goodSource } from '../testing/good-source.ts';
import { checkSource } from './check-source.ts';
import type { CheckResult } from './check-source.ts';
import type { CheckSourceOptions } from './source-probe.ts';

const people = { shop: ['ann', 'bob'] };
const auth = { client: { headers: { authorization: 'Bearer t' } }, secrets: ['s'], verifyAnswers: true };
const withToken = { client: { headers: { authorization: 'Bearer t' } }, secrets: [], verifyAnswers: false };

async function check(
  handler: SourceHandler,
  options: Partial<CheckSourceOptions> = {},
): Promise<CheckResult[]> {
  await using source = await FakeSource.start(handler);
  // By the clock of the machine the two seconds that are usual may pass without anybody's fault.
  const patient = options.clock ? {} : { timeoutMs: 60_000 };
  return await Array.fromAsync(checkSource(source.url, { namespace: 'shop', ...patient, ...options }));
}

/** What did not pass, as `check: message`. */
const complaints = async (
  handler: SourceHandler,
  options: Partial<CheckSourceOptions> = {},
): Promise<string[]> =>
  (await check(handler, options))
    .filter(({ outcome }) => outcome === 'failed')
    .map((result) => `${result.check}: ${result.message}`);

/** Answers one kind of request in its own way, the others well. */
const except =
  (applies: (request: Parameters<SourceHandler>[0]) => boolean, odd: SourceHandler): SourceHandler =>
  (request, response) =>
    (applies(request) ? odd : goodSource({ people }))(request, response);

test('a source that keeps the whole contract passes every check', async () => {
  const results = await check(goodSource({ people, token: 't', secret: 's' }), { auth });
  expect(results.map(({ check: name, outcome }) => `${name} ${outcome}`)).toEqual([
    'answers passed',
    'in time passed',
    'format passed',
    'receivers passed',
    'unknown namespace passed',
    'unknown parameters passed',
    'ETag passed',
    'credentials passed',
    'signed requests passed',
    'signed answers passed',
    'batch passed',
  ]);
});

test('what a simple source does not offer is skipped, with the reason', async () => {
  const results = await check((request, response) =>
    (request.method === 'GET'
      ? receivers(...(request.query.get('namespace') === 'shop' ? ['ann'] : []))
      : status(404))(request, response),
  );
  expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(results.filter(({ outcome }) => outcome === 'skipped').map((result) => result.check)).toEqual([
    'ETag',
    'credentials',
    'signed requests',
    'signed answers',
    'batch',
  ]);
});

test("upstream's sidecars pass: a bare list, and 404 for nobody", async () => {
  const handler: SourceHandler = (request, response) =>
    (request.query.get('namespace') === 'shop' ? json(['ann']) : status(404))(request, response);
  expect(await complaints(handler)).toEqual([]);
});

describe('a source that answers nothing useful is told so, and asked no more', () => {
  test.each<[string, SourceHandler, RegExp]>([
    ['500', status(500), /^answers: it answered HTTP 500/u],
    ['html', status(200, { 'content-type': 'text/html' }, '<p>'), /^answers: its Content-Type is not/u],
    ['a redirect', status(301, { location: '/' }), /redirects are not followed/u],
    ['a reset', (_, response) => response.socket?.resetAndDestroy(), /^answers: the answer cannot be used/u],
    ['too much', (_, response) => void response.end(' '.repeat(2_000_000)), /longer than 1048576 bytes/u],
  ])('%s', async (_, handler, message) => {
    const found = await complaints(handler);
    expect(found).toEqual([expect.stringMatching(message)]);
  });

  test('a source that takes too long', async () => {
    const clock = new FakeClock();
    const found = await complaints(() => clock.advance(2_000), { clock });
    expect(found).toEqual([expect.stringContaining('no complete answer within 2000 ms')]);
  });
});

describe('each mistake is named by its check', () => {
  const unknown = (request: { query: URLSearchParams }) => request.query.get('namespace') !== 'shop';
  const batch = (request: { method: string }) => request.method === 'POST';
  test.each<[string, SourceHandler, RegExp]>([
    [
      'another version',
      json(listOf([], { apiVersion: 'notification.armillary.dev/v2' })),
      /^format: .*apiVersion is not/u,
    ],
    [
      'a receiver that is invalid',
      json(listOf([], { receivers: [mailTo('ann'), { metadata: { name: 'bob' }, spec: { email: {} } }] })),
      /^receivers: these would be left out.*bob: spec\.email/u,
    ],
    [
      '500 for an unknown namespace',
      except((request) => !batch(request) && unknown(request), status(500)),
      /^unknown namespace: .*HTTP 500/u,
    ],
    [
      '400 for an unknown parameter',
      except((request) => request.query.has('armillary-check'), status(400)),
      /^unknown parameters: HTTP 400/u,
    ],
    [
      'an ETag that is never compared',
      except((request) => 'if-none-match' in request.headers, json(listOf([]), { etag: '"1"' })),
      /^ETag: HTTP 200 to If-None-Match with the same ETag/u,
    ],
    [
      'an ETag that always matches',
      except((request) => 'if-none-match' in request.headers, status(304)),
      /^ETag: HTTP 304 to If-None-Match with another ETag/u,
    ],
    ['a batch that fails', except(batch, status(500)), /^batch: .*HTTP 500/u],
    [
      'a batch that is one list',
      except(batch, json(listOf([]))),
      /^batch: the answer is no ReceiverListBatch/u,
    ],
    [
      'a batch that says something else',
      except(
        batch,
        json({ apiVersion: 'x', kind: 'ReceiverListBatch', items: [listOf(['eve']), listOf([])] }),
      ),
      /^batch: a batch says something else/u,
    ],
  ])('%s', async (_, handler, message) => {
    expect(await complaints(handler)).toContainEqual(expect.stringMatching(message));
  });

  test('answers that everybody gets', async () => {
    expect(await complaints(goodSource({ people }), { auth: withToken })).toEqual([
      expect.stringMatching(/^credentials: HTTP 200 without credentials/u),
    ]);
  });

  test('signatures that nobody checks, and answers that are not signed', async () => {
    expect(await complaints(goodSource({ people, token: 't' }), { auth })).toEqual([
      expect.stringMatching(/^signed requests: HTTP 200 without a signature/u),
      expect.stringMatching(/^signed answers: HTTP 200 is refused: it is not signed/u),
    ]);
  });

  test('a secret that is another one', async () => {
    expect(await complaints(goodSource({ people, token: 't', secret: 'other' }), { auth })).toEqual([
      expect.stringMatching(/^answers: it answered HTTP 403/u),
    ]);
  });

  test('Secrets and addresses that the source may not use', async () => {
    const entry = { metadata: { name: 'hook' }, spec: { webhook: { url: 'http://127.0.0.1/' } } };
    const handler = json(listOf([], { receivers: [entry] }));
    expect(await complaints(handler)).toContainEqual(
      expect.stringContaining('hook: spec.webhook.url: the address'),
    );
    const addressPolicy = { allowLoopback: true };
    expect(await complaints(handler, { addressPolicy })).not.toContainEqual(expect.stringContaining('hook'));
  });
});
