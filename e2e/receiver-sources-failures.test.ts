/** What becomes of alerts while a receiver source fails, and how people come to know of it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { status } from '../packages/notifications/src/sources/testing/fake-source.ts';
import { sourceObject } from '../packages/notifications/src/sources/testing/source-world.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { eventually } from './testing/process.ts';
import { SourceSite } from './testing/source-site.ts';
import { outcomeOf, postAlert, sourcesAre } from './testing/who-is-told.ts';

const second = 1000;
const messageOf = '-o=jsonpath={.status.conditions[0].message}';

let site: SourceSite;
let kubectl: KubectlSession;
beforeAll(async () => {
  site = await SourceSite.start();
  const { api, folder } = site.world;
  kubectl = new KubectlSession(requiredKubectls().at(-1)!, api.kubeconfig, folder);
});
afterEach(async () => await site.removeSources());
afterAll(async () => await site?.close());

/** The column READY of `kubectl get receiversource`. */
async function ready(name: string): Promise<string> {
  const [head = '', row = ''] = (await kubectl.out(['get', 'receiversource', name])).split('\n');
  return row.slice(head.indexOf('READY')).split(' ', 1)[0] ?? '';
}

/** Waits until the object says whether the source answers, which is written every half minute. */
async function becomes(name: string, value: 'True' | 'False'): Promise<void> {
  await eventually(`the object is ready: ${value}`, async () => {
    // Whoever was just writing will not do it again before another half minute has passed.
    site.clock.advance(30 * second);
    return (await ready(name)) === value;
  });
}

/** What everybody was told of a source: `firing` when it was down, `resolved` when it was back. */
const newsOf = (name: string): string[] =>
  site.world.inbox.posts
    .filter(({ path }) => path === '/everybody')
    .flatMap(({ body }) => body.alerts)
    .filter(({ labels }) => labels['alertname'] === 'ReceiverSourceDown')
    .filter(({ labels }) => labels['receiver_source'] === name)
    .map(({ status: state }) => state);

test('global receivers, the object and the metrics say that a source is down, and that it is back', async () => {
  const name = await site.use();
  site.source.handler = site.names('ann');
  await site.told();
  await becomes(name, 'True');

  site.source.handler = status(500);
  for (let n = 0; n < 5; n++) await site.told(`namespace${n}`);
  await eventually('everybody is told that it is down', () => newsOf(name).includes('firing'));
  expect(await site.metrics(name)).toContain('down 1');
  await becomes(name, 'False');
  expect(await kubectl.out(['get', 'receiversource', name, messageOf])).toBe('it answered HTTP 500');

  let answered = false;
  site.source.handler = (request, response) => {
    answered = true;
    site.names('ann')(request, response);
  };
  await eventually('it is asked again', () => {
    if (!answered) site.clock.advance(11 * second);
    return answered;
  });
  await eventually('everybody is told that it is back', () => newsOf(name).includes('resolved'));
  expect(newsOf(name)).toEqual(['firing', 'resolved']);
  expect(await site.metrics(name)).not.toContain('down 1');
  await becomes(name, 'True');
});

test('global receivers are told that a source is back also by the next process', async () => {
  const name = await site.use();
  site.source.handler = status(500);
  for (let n = 0; n < 5; n++) await site.told(`namespace${n}`);
  await eventually('everybody is told that it is down', () => newsOf(name).includes('firing'));
  await site.world.restart();
  await sourcesAre(site.url, name);
  site.source.handler = site.names('ann');
  await site.told();
  await eventually('everybody is told that it is back', () => newsOf(name).includes('resolved'));
  expect(newsOf(name)).toEqual(['firing', 'resolved']);
});

describe('while the source fails', () => {
  test('whoever it named before is told', async () => {
    await site.use();
    site.source.handler = site.names('ann');
    await site.told();
    site.source.handler = status(500);
    site.clock.advance(60 * second);
    const { told, words } = await site.outcome();
    expect(told).toEqual(['ann', 'everybody', 'shop-team']);
    expect(words).toMatch(
      /Source source\d+ could not be asked \(HttpStatus: it answered HTTP 500\), and earlier answered \d+ s ago \(stale\)/u,
    );
  });

  test('whoever it named before is told after a restart too', async () => {
    const name = await site.use();
    site.source.handler = site.names('ann');
    await site.told();
    site.source.handler = status(500);
    await site.world.restart();
    await sourcesAre(site.url, name);
    const { told, words } = await site.outcome();
    expect(told).toEqual(['ann', 'everybody', 'shop-team']);
    expect(words).toContain('(stale)');
  });

  test('and never answered, the objects of the cluster count', async () => {
    await site.use();
    site.source.handler = status(500);
    const { told, words } = await site.outcome();
    expect(told).toEqual(['everybody', 'shop-team']);
    expect(words).toContain('it counts for nothing');
  });

  test('and is to fail closed, tenants wait until it is back, also over a restart, and nobody else does', async () => {
    const source = await site.use({ onError: 'FailClosed' });
    site.source.handler = status(500);
    const fingerprint = await postAlert(site.url, 'shop');
    const { told, words } = await outcomeOf(site.url, fingerprint);
    expect(told).toEqual(['everybody']);
    expect(words).toContain('tenants wait until it answers');

    await site.world.restart();
    await sourcesAre(site.url, source);
    site.source.handler = site.names('ann');
    const later = await eventually('tenants are told', async () => {
      site.clock.advance(5 * second);
      const outcome = await outcomeOf(site.url, fingerprint);
      return outcome.told.length > 1 && outcome;
    });
    expect(later.told).toEqual(['ann', 'everybody', 'shop-team']);
    const name = site.world.inbox.told('ann').at(-1);
    expect(site.world.inbox.told('everybody').filter((one) => one === name)).toHaveLength(1);
  });
});

test('a source whose settings cannot be used says so, and tenants are told by its policy', async () => {
  const name = await site.use();
  site.source.handler = site.names('ann');
  const wrong = { url: site.source.url, onError: 'FailClosed', timeout: 'soon' } as const;
  await site.world.apply(sourceObject(wrong, name));
  await eventually('tenants are not told', async () => (await site.told()).join() === 'everybody');
  await becomes(name, 'False');
  expect(await kubectl.out(['get', 'receiversource', name, messageOf])).toContain(
    'spec.timeout: Invalid value',
  );
});

test('a source that hangs keeps an alert for two seconds when it answered before, and others not at all', async () => {
  await site.use({ timeout: '30s' });
  site.source.handler = site.names('ann');
  await site.told();
  site.source.handler = () => undefined;
  site.clock.advance(60 * second);
  const fingerprint = await postAlert(site.url, 'shop');
  await site.source.received(2);
  expect(await site.told('')).toEqual(['everybody']);
  site.clock.advance(2 * second);
  const { told, words } = await outcomeOf(site.url, fingerprint);
  expect(told).toEqual(['ann', 'everybody', 'shop-team']);
  expect(words).toContain('Timeout: no new answer within 2000 ms');
});
