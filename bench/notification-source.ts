import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from '@armillary/kube';
import { eventually } from '../e2e/testing/process.ts';
import { benchAlerts, postAll, posts } from './alert-load.ts';
import type { ManagerServer } from './alert-servers.ts';
import type { AlertSink } from './alert-sink.ts';

/** How often a source of receivers is asked when so many alerts of one namespace come at once, until all are told. */
export async function callsOfBurst(
  { url, client, bodyOf }: ManagerServer,
  sink: AlertSink,
  count: number,
): Promise<number> {
  let calls = 0;
  const answer = JSON.stringify({
    apiVersion: 'notification.armillary.dev/v1alpha1',
    kind: 'ReceiverList',
    metadata: { revision: '1' },
    receivers: [{ metadata: { name: 'ada' }, spec: { webhook: { url: `${sink.url}/ada` } } }],
  });
  const source = createServer((_, response) => {
    calls += 1;
    response.setHeader('content-type', 'application/json').end(answer);
  });
  await new Promise<void>((listening) => source.listen(0, '127.0.0.1', listening));
  try {
    const object = {
      apiVersion: 'notification.armillary.dev/v1alpha1',
      kind: 'ReceiverSource',
      metadata: { name: 'bench' },
      spec: {
        url: `http://127.0.0.1:${(source.address() as AddressInfo).port}`,
        mergePolicy: 'Only',
        addressPolicy: { allowLoopback: true },
      },
    } as KubeObject;
    await client.apply(object, { fieldManager: 'bench', force: true });
    await eventually('the source is known', async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return metrics.includes('source="bench"');
    });
    const alerts = benchAlerts('burst', count, count);
    const told = sink.tells(count);
    await postAll(url, posts(alerts, 100, bodyOf), 8);
    await told;
    return calls;
  } finally {
    source.closeAllConnections();
    source.close();
  }
}
