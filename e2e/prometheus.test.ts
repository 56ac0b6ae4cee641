/** From a rule of Debian's Prometheus over Alertmanager to a mail and a webhook. */
import { expect, test } from 'vitest';
import { startSmtpSink } from '../packages/notifications/src/channels/email/testing/smtp-sink.ts';
import { Alertmanager } from './testing/alertmanager.ts';
import { notification, NotificationWorld } from './testing/notification-world.ts';
import { eventually } from './testing/process.ts';
import { Prometheus } from './testing/prometheus.ts';

const rule = {
  alert: 'OutOfStock',
  expr: 'shop_stock == 0',
  labels: { namespace: 'shop', severity: 'critical' },
  annotations: { summary: 'no {{ $labels.item }} left' },
};
const tea = 'shop_stock{item="tea"}';
const coffee = 'shop_stock{item="coffee"}';

test(
  'what a rule finds is told by mail and webhook, once, and its end too',
  { timeout: 400_000 },
  async () => {
    await using sink = await startSmtpSink();
    const world = await NotificationWorld.start();
    try {
      await world.apply(
        notification(
          'Config',
          'mail',
          { type: 'default' },
          {
            email: {
              from: 'alerts@example.com',
              smartHost: { host: '127.0.0.1', port: sink.port },
              requireTLS: false,
            },
          },
        ),
        notification('Receiver', 'owner', { type: 'global' }, { email: { to: ['owner@example.com'] } }),
        world.webhook('shop-team', { type: 'tenant', user: 'shop' }),
      );
      await using alertmanager = await Alertmanager.start({
        webhook: { url: `${world.manager.url}/api/v2/alerts` },
      });
      await using prometheus = await Prometheus.start(alertmanager, [rule]);
      // Scraping, evaluating, grouping and batching take their second each.
      const told = (): string[] =>
        world.inbox.posts.flatMap(({ body }) =>
          body.alerts.map(({ status, labels }) => `${status} ${labels['item']}`),
        );
      const mails = (subject: RegExp): string[] => sink.mails().filter((mail) => subject.test(mail));

      prometheus.figures.set(tea, 0).set(coffee, 3);
      await eventually('the webhook is told', () => told().includes('firing tea'));
      await eventually('the mail is sent', () => mails(/^Subject: .*no tea left/mu).length > 0);
      expect(world.inbox.posts[0]?.body.alerts[0]).toMatchObject({
        annotations: { summary: 'no tea left' },
        generatorURL: expect.stringContaining('/graph?g0.expr='),
      });

      await prometheus.stop('SIGKILL');
      await prometheus.startAgain();
      prometheus.figures.set(coffee, 0);
      await eventually('the next is told', () => told().includes('firing coffee'));
      prometheus.figures.set(tea, 9).set(coffee, 9);
      await eventually('the end of both is told', () => told().length === 4);
      expect(told().toSorted()).toEqual(['firing coffee', 'firing tea', 'resolved coffee', 'resolved tea']);
    } finally {
      await world.close();
    }
  },
);
