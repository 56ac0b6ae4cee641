import type { Provider, ReceivedRequest, StandInAnswer } from './stand-in.ts';

/** What the stand-in for WeCom knows. */
export interface WechatWorld {
  readonly corpid: string;
  readonly corpsecret: string;
  readonly agentid: number;
  readonly robotKey: string;
  /** Users, parties and tags that do not exist. */
  readonly unknown: ReadonlySet<string>;
  /** Tokens that are good now; `gettoken` adds one. */
  readonly tokens: Set<string>;
}

const refused = (errcode: number, errmsg: string): StandInAnswer => ({
  status: 200,
  json: { errcode, errmsg },
});

/**
 * Stands in for qyapi.weixin.qq.com, after WeCom's documents: `gettoken`, `message/send` and `webhook/send` (group
 * robots) below `/cgi-bin`.
 */
export function wechatProvider(world: WechatWorld): Provider {
  return (request, complain) => {
    switch (`${request.method} ${request.path}`) {
      case 'GET /cgi-bin/gettoken':
        return getToken(world, request);
      case 'POST /cgi-bin/message/send':
        return messageSend(world, request, complain);
      case 'POST /cgi-bin/webhook/send':
        return webhookSend(world, request, complain);
      default:
        complain(`${request.method} ${request.path} is no call of WeCom`);
        return { status: 404 };
    }
  };
}

interface Sent {
  readonly touser?: string;
  readonly toparty?: string;
  readonly totag?: string;
  readonly agentid?: number;
  readonly safe?: number;
  readonly msgtype?: string;
  readonly text?: {
    readonly content?: string;
    readonly mentioned_list?: readonly string[];
    readonly mentioned_mobile_list?: readonly string[];
  };
  readonly markdown?: { readonly content?: string };
}

function getToken({ corpid, corpsecret, tokens }: WechatWorld, { query }: ReceivedRequest): StandInAnswer {
  if (query.get('corpid') !== corpid) return refused(40_013, 'invalid corpid');
  if (query.get('corpsecret') !== corpsecret) return refused(40_001, 'invalid credential');
  const token = `wecom-token-${tokens.size + 1}`;
  tokens.add(token);
  return { status: 200, json: { errcode: 0, errmsg: 'ok', access_token: token, expires_in: 7200 } };
}

function messageSend(
  world: WechatWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  if (!world.tokens.has(request.query.get('access_token') ?? ''))
    return refused(40_014, 'invalid access_token');
  const message = request.json as Sent;
  if (message.agentid !== world.agentid) return refused(40_056, 'invalid agentid');
  checkContent(message, 2048, complain);
  const split = (list: string | undefined): string[] => (list ?? '').split('|').filter((name) => name !== '');
  const [users, parties, tags] = [split(message.touser), split(message.toparty), split(message.totag)];
  if (users.length > 1000 || parties.length > 100 || tags.length > 100)
    complain('too many recipients at once');
  const missing = (names: string[]): string[] => names.filter((name) => world.unknown.has(name));
  const all = [...users, ...parties, ...tags];
  if (missing(all).length === all.length) return refused(81_013, 'user & party & tag all invalid');
  const json = {
    errcode: 0,
    errmsg: 'ok',
    invaliduser: missing(users).join('|'),
    invalidparty: missing(parties).join('|'),
    invalidtag: missing(tags).join('|'),
    msgid: 'm1',
  };
  return { status: 200, json };
}

function webhookSend(
  { robotKey }: WechatWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  if (request.query.get('key') !== robotKey) return refused(93_000, 'invalid webhook url');
  const message = request.json as Sent;
  checkContent(message, message.msgtype === 'markdown' ? 4096 : 2048, complain);
  return { status: 200, json: { errcode: 0, errmsg: 'ok' } };
}

/** WeCom cuts a longer text off and says nothing: that is what the stand-in complains about. */
function checkContent(message: Sent, most: number, complain: (what: string) => void): void {
  const content = message.msgtype === 'markdown' ? message.markdown?.content : message.text?.content;
  if (message.text && message.markdown) complain('a message with two contents');
  if (!content) complain(`${message.msgtype ?? 'a message'} without content`);
  if (Buffer.byteLength(content ?? '') > most) complain(`a text of more than ${most} bytes is cut off`);
}
