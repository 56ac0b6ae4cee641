import type { ChannelContext, DeliveryReport, Message, Notice, RateLimit } from '../channel.ts';
import type { CodedAnswer } from '../coded-answer.ts';
import { credentialIdentity, digest } from '../credential-identity.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { postJson } from '../http-outcome.ts';
import type { AccessToken } from '../token-cache.ts';
import { accessToken, withToken } from '../with-token.ts';
import { feishuAnswer } from './feishu-codes.ts';
import { contentMessages } from './feishu-content.ts';
import type { FeishuContent } from './feishu-content.ts';

/** A request with a rich text has at most 30 KB (Feishu: batch messages). */
const longestBody = 30_000;

/** At most 5 messages a second to the same people, and 50 a second and 1,000 a minute per application (Feishu). */
export function applicationLimits(notice: Notice<'feishu'>): RateLimit[] {
  const { user, department } = notice.receiver.spec;
  const config = notice.config?.spec;
  if (!config) return [];
  const key = `application/${credentialIdentity(config.appID)}`;
  return [
    { key: `${key}/${digest(JSON.stringify([user, department]))}`, count: 5, windowMs: 1000 },
    { key: `${key}/second`, count: 50, windowMs: 1000 },
    { key: `${key}/minute`, count: 1000, windowMs: 60_000 },
  ];
}

/** The messages of a notice for users and departments. */
export function applicationMessages(
  notice: Notice<'feishu'>,
  context: ChannelContext,
): Message<FeishuContent>[] {
  const { user, department } = notice.receiver.spec;
  const frame = JSON.stringify({ msg_type: 'post', content: {}, user_ids: user, department_ids: department });
  return contentMessages(notice, context, {
    limit: longestBody - Buffer.byteLength(frame) - 20,
    closing: '',
  });
}

/**
 * Sends one message to the users and departments of the receiver, at most 200 each. Those that Feishu does not know
 * are reported; it is an error when that is all of them. Throws `DeliveryError`.
 */
export async function sendAsApplication(
  content: FeishuContent,
  notice: Notice<'feishu'>,
  context: ChannelContext,
): Promise<DeliveryReport> {
  const config = notice.config?.spec;
  if (!config) throw new DeliveryError('permanent', 'Feishu users and departments need a Config with feishu');
  const { user = [], department = [] } = notice.receiver.spec;
  const appId = await context.credential(config.appID);
  const appSecret = await context.credential(config.appSecret);
  const base = context.apiUrl ?? 'https://open.feishu.cn/open-apis';

  const fetch = async (): Promise<AccessToken> => {
    const url = `${base}/auth/v3/tenant_access_token/internal`;
    const answer = await postJson(context, 'Feishu', url, { app_id: appId, app_secret: appSecret });
    const { tenant_access_token: token, expire: expiresInSeconds } = feishuAnswer(
      answer,
      context.clock.now(),
    );
    return accessToken('Feishu', { token, expiresInSeconds }, context.options?.feishu?.tokenExpires);
  };
  const account = `feishu/${digest(JSON.stringify([base, appId, appSecret]))}`;
  const json = await withToken({ tokens: context.tokens, account, fetch }, async (token) => {
    const body = { ...content, user_ids: user, department_ids: department };
    const headers = { authorization: `Bearer ${token}` };
    const answer = await postJson(context, 'Feishu', `${base}/message/v4/batch_send/`, body, headers);
    return feishuAnswer(answer, context.clock.now());
  });
  const rejected = rejectedRecipients(json);
  if (rejected.length >= user.length + department.length) {
    throw new DeliveryError('permanent', "Feishu knows none of the receiver's users and departments");
  }
  return { rejected };
}

/** Success says whom it does not include. */
function rejectedRecipients({ data }: CodedAnswer): DeliveryReport['rejected'][number][] {
  const of = (sort: string, member: string): DeliveryReport['rejected'][number][] => {
    const list = (data as Readonly<Record<string, unknown>> | null | undefined)?.[member];
    return (Array.isArray(list) ? (list as unknown[]) : []).map((id) => ({
      address: `${sort} ${String(id)}`,
      reason: 'Feishu does not know it, or it may not see the application',
    }));
  };
  return [...of('user', 'invalid_user_ids'), ...of('department', 'invalid_department_ids')];
}
