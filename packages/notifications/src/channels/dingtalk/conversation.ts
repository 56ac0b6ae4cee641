import type { ReceiverOptions } from '../../kinds/notification-manager.ts';
import { utf8Bytes } from '../../splitting/measure.ts';
import type { ChannelContext, Message, Notice, RateLimit } from '../channel.ts';
import { credentialIdentity, digest } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson, sendRequest } from '../http-outcome.ts';
import type { AccessToken } from '../token-cache.ts';
import { accessToken, withToken } from '../with-token.ts';
import { dingtalkAnswer } from './dingtalk-codes.ts';
import { contentMessages } from './dingtalk-content.ts';
import type { DingtalkContent } from './dingtalk-content.ts';
import { throttled } from './throttle.ts';

/** At most 25 messages a second per application, or what `conversationThrottle` says. */
export function conversationLimits(
  notice: Notice<'dingtalk'>,
  options: ReceiverOptions | undefined,
): RateLimit[] {
  const application = notice.config?.spec.conversation;
  if (!application) return [];
  const key = `application/${credentialIdentity(application.appkey)}`;
  return [throttled({ key, count: 25, windowMs: 1000 }, options?.dingtalk?.conversationThrottle)];
}

/** The messages of a notice for a conversation: texts of 5,000 bytes, or of `conversationMessageMaxSize`. */
export function conversationMessages(
  notice: Notice<'dingtalk'>,
  context: ChannelContext,
): Message<DingtalkContent>[] {
  return contentMessages(notice, context, {
    limit: context.options?.dingtalk?.conversationMessageMaxSize || 5000,
    measure: utf8Bytes,
    suffix: '',
  });
}

/** Sends one message to a conversation, as the application of the Config. Throws `DeliveryError`. */
export async function sendToConversation(
  chatid: string,
  content: DingtalkContent,
  notice: Notice<'dingtalk'>,
  context: ChannelContext,
): Promise<void> {
  const application = notice.config?.spec.conversation;
  if (!application) {
    throw new DeliveryError('permanent', 'a DingTalk conversation needs a Config with dingtalk.conversation');
  }
  const appkey = await context.credential(application.appkey);
  const appsecret = await context.credential(application.appsecret);
  const base = context.apiUrl ?? 'https://oapi.dingtalk.com';

  const fetch = async (): Promise<AccessToken> => {
    const url = `${base}/gettoken?${new URLSearchParams({ appkey, appsecret }).toString()}`;
    const answer = await sendRequest(context, 'DingTalk', { method: 'GET', url });
    const { access_token: token, expires_in: expiresInSeconds } = dingtalkAnswer(answer, context.clock.now());
    return accessToken('DingTalk', { token, expiresInSeconds }, context.options?.dingtalk?.tokenExpires);
  };
  const account = `dingtalk/${digest(JSON.stringify([base, appkey, appsecret]))}`;
  await withToken({ tokens: context.tokens, account, fetch }, async (token) => {
    const url = `${base}/chat/send?${new URLSearchParams({ access_token: token }).toString()}`;
    const answer = await postJson(context, 'DingTalk', url, { chatid, msg: content });
    dingtalkAnswer(answer, context.clock.now());
  });
}
