import { createHmac } from 'node:crypto';
import type { Provider, ReceivedRequest, StandInAnswer } from './stand-in.ts';

/** What the stand-in for DingTalk knows. */
export interface DingtalkWorld {
  /** The robot of a group: its access token, and its security settings. */
  readonly robot: { readonly token: string; readonly secret?: string; readonly keywords?: readonly string[] };
  readonly application: { readonly appkey: string; readonly appsecret: string };
  /** Tokens that are good now; `gettoken` adds one. */
  readonly tokens: Set<string>;
  readonly now: () => number;
}

const ok: StandInAnswer = { status: 200, json: { errcode: 0, errmsg: 'ok' } };
const refused = (errcode: number, errmsg: string): StandInAnswer => ({
  status: 200,
  json: { errcode, errmsg },
});

/**
 * Stands in for oapi.dingtalk.com, after DingTalk's documents: `/robot/send` ("custom robot"), `/gettoken` and
 * `/chat/send`.
 */
export function dingtalkProvider(world: DingtalkWorld): Provider {
  return (request, complain) => {
    switch (`${request.method} ${request.path}`) {
      case 'POST /robot/send':
        return robotSend(world, request, complain);
      case 'GET /gettoken':
        return getToken(world, request);
      case 'POST /chat/send':
        return chatSend(world, request, complain);
      default:
        complain(`${request.method} ${request.path} is no call of DingTalk`);
        return { status: 404 };
    }
  };
}

interface Sent {
  readonly msgtype?: string;
  readonly text?: { readonly content?: string };
  readonly markdown?: { readonly title?: string; readonly text?: string };
  readonly at?: {
    readonly atMobiles?: readonly string[];
    readonly atUserIds?: readonly string[];
    readonly isAtAll?: boolean;
  };
}

function robotSend(
  { robot, now }: DingtalkWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  if (request.query.get('access_token') !== robot.token) return refused(300_001, 'token is not exist');
  if (Buffer.byteLength(request.text) > 20_000) return refused(460_101, 'message too long');
  const message = request.json as Sent;
  const text = contentOf(request, message, complain);
  if (robot.secret !== undefined) {
    const timestamp = request.query.get('timestamp') ?? '';
    const expected = createHmac('sha256', robot.secret)
      .update(`${timestamp}\n${robot.secret}`)
      .digest('base64');
    if (Math.abs(Number(timestamp) - now()) > 3_600_000) return refused(310_000, 'invalid timestamp');
    if (request.query.get('sign') !== expected) return refused(310_000, 'sign not match');
  }
  if (robot.keywords && !robot.keywords.some((word) => text.includes(word))) {
    return refused(310_000, 'keywords not in content');
  }
  const { atMobiles = [], atUserIds = [] } = message.at ?? {};
  for (const name of message.msgtype === 'markdown' ? [...atMobiles, ...atUserIds] : []) {
    if (!text.includes(`@${name}`)) complain(`markdown mentions ${name}, but not in its text`);
  }
  return ok;
}

function getToken({ application, tokens }: DingtalkWorld, { query }: ReceivedRequest): StandInAnswer {
  if (query.get('appkey') !== application.appkey || query.get('appsecret') !== application.appsecret) {
    return refused(40_089, 'invalid appkey or appsecret');
  }
  const token = `dingtalk-token-${tokens.size + 1}`;
  tokens.add(token);
  return { status: 200, json: { errcode: 0, errmsg: 'ok', access_token: token, expires_in: 7200 } };
}

function chatSend(
  { tokens }: DingtalkWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  if (!tokens.has(request.query.get('access_token') ?? '')) return refused(40_014, 'invalid access_token');
  const { chatid, msg } = request.json as { chatid?: string; msg?: Sent };
  if (!chatid?.startsWith('chat')) return refused(34_013, 'chat not found');
  const text = contentOf(request, msg ?? {}, complain);
  if (text.length > 5000 || (msg?.markdown?.title?.length ?? 0) > 64)
    return refused(34_016, 'content too long');
  return { status: 200, json: { errcode: 0, errmsg: 'ok', messageId: 'm1' } };
}

function contentOf(request: ReceivedRequest, message: Sent, complain: (what: string) => void): string {
  if (!request.headers['content-type']?.startsWith('application/json'))
    complain('the body is not said to be JSON');
  const { msgtype, text, markdown } = message;
  if (msgtype === 'text' && typeof text?.content === 'string' && !markdown) return text.content;
  if (msgtype === 'markdown' && markdown?.title && typeof markdown.text === 'string' && !text)
    return markdown.text;
  complain(`${msgtype ?? 'a message'} without its own content`);
  return '';
}
