import { answerAsUpstream } from './answer.ts';
import { parseDirectNotification, verificationAlert } from './direct-notification.ts';
import type { AddRoute } from './guarded-routes.ts';
import type { NotificationApi } from './notification-api.ts';
import { jsonOf } from './request.ts';

/** Upstream's routes that take alerts: to be routed, or to be sent at once to one receiver. */
export function addSendingRoutes(route: AddRoute, api: NotificationApi): void {
  route('POST', '/api/v2/alerts', 'alerts', async (request, reply) => {
    await api.accept(jsonOf(request));
    return answerAsUpstream(reply, 200, 'Notification request accepted');
  });
  route('POST', '/api/v2/notifications', 'act', async (request, reply) => {
    const notification = parseDirectNotification(jsonOf(request), Date.now());
    if (notification.alerts.length === 0) {
      return answerAsUpstream(reply, 400, 'alert.alerts is empty: there is nothing to send');
    }
    const problems = await api.sendNow(notification);
    return problems.length === 0
      ? answerAsUpstream(reply, 200, 'Send alerts successfully')
      : answerAsUpstream(reply, 400, problems.join('; '));
  });
  route('POST', '/api/v2/verify', 'act', async (request, reply) => {
    const { receiver, config } = parseDirectNotification(jsonOf(request), Date.now());
    const alerts = [verificationAlert(Date.now())];
    const problems = await api.sendNow({ receiver, ...(config === undefined ? {} : { config }), alerts });
    return problems.length === 0
      ? answerAsUpstream(reply, 200, 'Verify successfully')
      : answerAsUpstream(reply, 400, problems.join('; '));
  });
}
