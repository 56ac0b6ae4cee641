import { clientSettings, serviceUrl } from '../../outgoing/client-settings.ts';
import type { ReceiverChannelSpec } from '../receiver.ts';
import type { Channel } from '../channel.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { sendRequest, statusFailure } from '../http-outcome.ts';
import { templateName } from '../template-name.ts';
import { alertsBody, historyLines, renderedBody } from './webhook-body.ts';
import type { WebhookBody } from './webhook-body.ts';

const jsonTemplate =
  /^(?:\{\{-?\s*template\s+")?(webhook\.default\.message|nm\.default\.history)(?:"\s*\.\s*-?\}\})?$/u;

/**
 * What a template that stands for JSON stands for, by its name or written as upstream compares it: all alerts in one
 * object, or an object a line. Undefined for one that is rendered.
 */
export function jsonForm(template: string): 'object' | 'lines' | undefined {
  const [, name] = jsonTemplate.exec(template.trim()) ?? [];
  if (name === undefined) return undefined;
  return name === 'nm.default.history' ? 'lines' : 'object';
}

/**
 * An HTTP server that takes the alerts as JSON, or as a template of the user's own writes them, one request for all of
 * a notice. Any status from 200 to 299 is success; upstream takes exactly 200. Attempts at the same delivery have the
 * same `Idempotency-Key`, so that a server may know what it has already.
 */
export const webhookChannel: Channel<'webhook', WebhookBody> = {
  type: 'webhook',

  needsConfig: () => false,

  destinations(spec) {
    const url = URL.parse(addressOf(spec));
    if (!url) return [];
    return [{ address: url.href, shown: `webhook ${url.host}`, spec }];
  },

  limits: () => [],

  messages(notice, context) {
    const { alerts, groupLabels, receiver } = notice;
    const template = templateName('webhook', receiver.spec, context.options, 'webhook.default.message');
    const form = jsonForm(template);
    if (form === 'object') return [{ alerts: alerts.length, body: alertsBody(alerts, groupLabels) }];
    if (form === 'lines') {
      const notifiedAt = context.clock.now();
      const body = historyLines(alerts.map((alert) => ({ alert, notifiedAt })));
      return [{ alerts: alerts.length, body }];
    }
    const text = context.render(template, alerts);
    if (text === '') {
      throw new DeliveryError(
        'permanent',
        `template ${template} says nothing about the alerts: nothing can be sent`,
      );
    }
    return [{ alerts: alerts.length, body: renderedBody(text) }];
  },

  async send({ body }, notice, context) {
    const { spec } = notice.receiver;
    const { headers, ...settings } = await clientSettings(spec.httpConfig, (one) => context.credential(one));
    const answer = await sendRequest(context, 'the webhook', {
      method: 'POST',
      url: addressOf(spec),
      headers: {
        'content-type': body.contentType,
        ...(notice.delivery === undefined ? {} : { 'idempotency-key': notice.delivery }),
        ...headers,
      },
      body: body.text,
      ...settings,
    });
    const redirected = answer.status >= 300 && answer.status < 400;
    const said = redirected ? 'redirects are not followed, write the address it leads to' : undefined;
    const failure = statusFailure(answer, 'the webhook', context.clock.now(), said);
    if (failure) throw failure;
    return { rejected: [] };
  },
};

function addressOf({ url, service }: ReceiverChannelSpec<'webhook'>): string {
  return url || (service ? serviceUrl(service) : '');
}
