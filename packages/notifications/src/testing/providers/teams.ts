import { checkedObject } from './provider-check.ts';
import { StandIn } from './stand-in.ts';

/** The path and query of the workflow that {@link startTeams} knows. */
export const teamsWorkflow =
  '/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=c2VjcmV0';

/** The path of an old incoming webhook. */
export const teamsConnector = '/webhookb2/tenant@group/IncomingWebhook/0123/4567';

/**
 * Microsoft Teams: the workflow "post to a channel when a webhook request is received", which takes Adaptive Cards only
 * and answers 202, and an old incoming webhook, which answers 200 and `1`. Both take 28 KB.
 */
export function startTeams(): Promise<StandIn> {
  return StandIn.start((request, complain) => {
    const body = checkedObject(request, ['type', 'attachments', 'title', 'text'], complain);
    const workflow = request.path === teamsWorkflow.split('?')[0];
    if (!workflow && request.path !== teamsConnector) return refuse(404, 'WorkflowNotFound');
    if (Buffer.byteLength(request.text) > 28 * 1024) return refuse(413, 'RequestEntityTooLarge');
    if (!workflow) return { status: 200, text: '1' };
    if (request.query.get('sig') !== 'c2VjcmV0') return refuse(401, 'DirectApiAuthorizationRequired');
    if (!isCardMessage(body)) return refuse(400, 'TriggerInputSchemaMismatch');
    return { status: 202 };
  });
}

function isCardMessage(body: Readonly<Record<string, unknown>>): boolean {
  if (body['type'] !== 'message' || !Array.isArray(body['attachments'])) return false;
  return (
    body['attachments'] as { contentType?: unknown; content?: { type?: unknown; body?: unknown } }[]
  ).every(
    ({ contentType, content }) =>
      contentType === 'application/vnd.microsoft.card.adaptive' &&
      content?.type === 'AdaptiveCard' &&
      Array.isArray(content.body) &&
      (content.body as { type?: unknown; text?: unknown }[]).every(
        ({ type, text }) => type === 'TextBlock' && typeof text === 'string' && text !== '',
      ),
  );
}

const refuse = (status: number, code: string) => ({
  status,
  json: { error: { code, message: `The request was refused with ${code}.` } },
});
