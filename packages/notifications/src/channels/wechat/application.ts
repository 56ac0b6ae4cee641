import type { ChannelContext, DeliveryReport, Message, Notice, RateLimit } from '../channel.ts';
import type { CodedAnswer } from '../coded-answer.ts';
import { digest } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson, sendRequest } from '../http-outcome.ts';
import type { AccessToken } from '../token-cache.ts';
import { accessToken, withToken } from '../with-token.ts';
import { wechatAnswer } from './wechat-codes.ts';
import { contentMessages } from './wechat-content.ts';
import type { WechatContent } from './wechat-content.ts';

/** At most 30 messages a minute from one application to the same people (WeCom: frequency limits). */
export function applicationLimits(notice: Notice<'wechat'>): RateLimit[] {
  const { toUser, toParty, toTag } = notice.receiver.spec;
  const config = notice.config?.spec;
  if (!config) return [];
  const recipients = digest(JSON.stringify([toUser, toParty, toTag]));
  const key = `application/${config.wechatApiCorpId}/${config.wechatApiAgentId}/${recipients}`;
  return [{ key, count: 30, windowMs: 60_000 }];
}

/** The messages of a notice for users, parties and tags: at most 2,048 bytes each. */
export function applicationMessages(
  notice: Notice<'wechat'>,
  context: ChannelContext,
): Message<WechatContent>[] {
  return contentMessages(notice, context, { longest: 2048, suffix: '' });
}

/**
 * Sends one message to the users, parties and tags of the receiver, which are no more than one request takes. Those
 * that WeCom does not know are reported; it is an error when that is all of them. Throws `DeliveryError`.
 */
export async function sendAsApplication(
  { msgtype, content }: WechatContent,
  notice: Notice<'wechat'>,
  context: ChannelContext,
): Promise<DeliveryReport> {
  const config = notice.config?.spec;
  if (!config)
    throw new DeliveryError('permanent', 'WeCom users, parties and tags need a Config with wechat');
  const { toUser = [], toParty = [], toTag = [] } = notice.receiver.spec;
  const { wechatApiCorpId: corpid, wechatApiAgentId: agentid } = config;
  const corpsecret = await context.credential(config.wechatApiSecret);
  const base = (config.wechatApiUrl || context.apiUrl || 'https://qyapi.weixin.qq.com/cgi-bin').replace(
    /\/+$/u,
    '',
  );

  const fetch = async (): Promise<AccessToken> => {
    const url = `${base}/gettoken?${new URLSearchParams({ corpid, corpsecret }).toString()}`;
    const answer = await sendRequest(context, 'WeCom', { method: 'GET', url });
    const { access_token: token, expires_in: expiresInSeconds } = wechatAnswer(answer, context.clock.now());
    return accessToken('WeCom', { token, expiresInSeconds }, context.options?.wechat?.tokenExpires);
  };
  const account = `wechat/${digest(JSON.stringify([base, corpid, corpsecret]))}`;
  const json = await withToken({ tokens: context.tokens, account, fetch }, async (token) => {
    const url = `${base}/message/send?${new URLSearchParams({ access_token: token }).toString()}`;
    const answer = await postJson(context, 'WeCom', url, {
      touser: toUser.join('|'),
      toparty: toParty.join('|'),
      totag: toTag.join('|'),
      agentid: /^\d+$/u.test(agentid) ? Number(agentid) : agentid,
      msgtype,
      [msgtype]: { content },
      safe: 0,
    });
    return wechatAnswer(answer, context.clock.now());
  });
  const rejected = rejectedRecipients(json);
  if (rejected.length >= toUser.length + toParty.length + toTag.length) {
    throw new DeliveryError('permanent', "WeCom knows none of the receiver's users, parties and tags");
  }
  return { rejected };
}

/** Success says whom it does not include, in lists with `|` between. */
function rejectedRecipients(json: CodedAnswer): DeliveryReport['rejected'][number][] {
  const names = (member: string): string[] => {
    const list = json[member];
    return typeof list === 'string' ? list.split('|').filter((name) => name !== '') : [];
  };
  const of = (sort: string, member: string, reason: string): DeliveryReport['rejected'][number][] =>
    names(member).map((name) => ({ address: `${sort} ${name}`, reason }));
  const unknown = 'WeCom does not know it, or it may not see the application';
  return [
    ...of('user', 'invaliduser', unknown),
    ...of('user', 'unlicenseduser', 'WeCom: the user has no licence'),
    ...of('party', 'invalidparty', unknown),
    ...of('tag', 'invalidtag', unknown),
  ];
}
