import { checkedObject } from './provider-check.ts';
import { StandIn } from './stand-in.ts';

/** The path of the only webhook that {@link startDiscord} knows. */
export const discordWebhook = '/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135';

/** Discord's webhooks: a message is at most 2,000 characters, the description of an embed 4,096, all embeds 6,000. */
export function startDiscord(): Promise<StandIn> {
  return StandIn.start((request, complain) => {
    const body = checkedObject(request, ['content', 'embeds', 'allowed_mentions'], complain);
    if (request.path !== discordWebhook)
      return { status: 404, json: { message: 'Unknown Webhook', code: 10015 } };
    const content = typeof body['content'] === 'string' ? body['content'] : '';
    const embeds = (body['embeds'] ?? []) as { description?: string }[];
    const descriptions = embeds.map(({ description = '' }) => description);
    if (content === '' && descriptions.join('') === '') return invalid('Cannot send an empty message', 50006);
    const tooLong =
      content.length > 2000 ||
      descriptions.some((description) => description.length > 4096) ||
      descriptions.join('').length > 6000;
    if (tooLong) return invalid('Invalid Form Body', 50035);
    const mentions = (body['allowed_mentions'] ?? {}) as { users?: string[]; roles?: string[] };
    const ids = [...(mentions.users ?? []), ...(mentions.roles ?? [])];
    if (!ids.every((id) => /^\d{1,20}$/u.test(id))) return invalid('Invalid Form Body', 50035);
    return request.query.get('wait') === 'true'
      ? { status: 200, json: { id: '1', type: 0, content } }
      : { status: 204 };
  });
}

const invalid = (message: string, code: number) => ({ status: 400, json: { message, code } });
