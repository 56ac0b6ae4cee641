/** Debian's Alertmanager posts to a notification manager that is down, cut off or slow: nothing is lost. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { fetchTrace, fingerprintOf } from '@armillary/notifications';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Alertmanager } from './testing/alertmanager.ts';
import { NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';

const failedPosts = 'alertmanager_notification_requests_failed_total';
const numbers = [...Array(20).keys()];
const labelsOf = (alertname: string): Record<string, string> => ({ alertname, namespace: 'shop' });

describe('nothing is lost and nobody hears twice', () => {
  let world: NotificationWorld;
  let alerts: Alertmanager;
  beforeAll(async () => {
    world = await NotificationWorld.start();
    await world.apply(world.webhook('shop-team', { type: 'tenant', user: 'shop' }));
    alerts = await Alertmanager.start({ webhook: { url: `${world.manager.url}/api/v2/alerts` } });
  });
  afterAll(async () => {
    await alerts?.[Symbol.asyncDispose]();
    await world?.close();
  });

  test('while the notification manager is down', async () => {
    const names = numbers.map((number) => `Down${number}`);
    await world.restart({}, async () => {
      await alerts.fire(...names.map((name) => ({ labels: labelsOf(name) })));
      await eventually('posts fail', async () => (await alerts.metric(failedPosts)) >= names.length);
    });
    await eventually('all are told', () => world.inbox.told('shop-team').length >= names.length);
    expect(world.inbox.told('shop-team').toSorted()).toEqual(names.toSorted());
  });

  test('when an answer gets lost', async () => {
    let lost = 0;
    await using way = await wayTo(world.manager.url, (request, _response, answered) => {
      if (lost++ > 0) return answered();
      return request.socket.destroy();
    });
    await using other = await Alertmanager.start({ webhook: { url: `${way.url}/api/v2/alerts` } });
    await toldOnce(other, 'AnswerLost');
  });

  test('when an answer takes longer than Alertmanager waits', async () => {
    let slow = 0;
    await using way = await wayTo(world.manager.url, (_request, response, answered) => {
      if (slow++ > 0) return answered();
      return response.once('close', answered);
    });
    await using other = await Alertmanager.start({ webhook: { url: `${way.url}/api/v2/alerts` } });
    await toldOnce(other, 'AnswerLate');
  });

  test('when a receiver does not answer, which Alertmanager never notices', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    world.inbox.answer = (_request, response) => {
      held.resolve(response);
      return false;
    };
    await alerts.fire({ labels: labelsOf('Hung') });
    const hung = await held.promise;
    const failed = await alerts.metric(failedPosts);
    world.inbox.answer = () => true;
    await alerts.fire({ labels: labelsOf('Meanwhile') });
    await eventually('the next is accepted', async () => (await traceOf('Meanwhile')).length > 0);
    expect(await alerts.metric(failedPosts)).toBe(failed);
    hung.writeHead(500).end();
    await world.inbox.tells('shop-team', 'Hung');
    await world.inbox.tells('shop-team', 'Meanwhile');
  });

  async function traceOf(alertname: string): Promise<Awaited<ReturnType<typeof fetchTrace>>['alerts']> {
    const fingerprint = fingerprintOf(labelsOf(alertname));
    return (await fetchTrace({ url: world.manager.url, fingerprint, limit: 1 })).alerts;
  }

  /** Fires an alert that Alertmanager posts twice, and sees it told once. */
  async function toldOnce(by: Alertmanager, alertname: string): Promise<void> {
    await by.fire({ labels: labelsOf(alertname) });
    const repeated = async (): Promise<boolean> => (await traceOf(alertname))[0]?.repetitions === 1;
    await eventually(`${alertname} is posted again`, repeated);
    await world.inbox.tells('shop-team', alertname);
    expect(world.inbox.told('shop-team').filter((name) => name === alertname)).toHaveLength(1);
  }
});

/** A way between two programs that hands on requests; `back` decides what becomes of each answer. */
async function wayTo(
  target: string,
  back: (request: IncomingMessage, response: ServerResponse, answered: () => void) => unknown,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const handOn = async (): Promise<void> => {
      const body = await buffer(request);
      const answer = await fetch(`${target}${request.url}`, { method: 'POST', body: new Uint8Array(body) });
      const text = await answer.text();
      back(request, response, () => response.writeHead(answer.status).end(text));
    };
    // Whoever is killed in the middle of a request hears no answer.
    handOn().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
