import { createHmac } from 'node:crypto';
import type { Provider, ReceivedRequest, StandInAnswer } from './stand-in.ts';

/** What the stand-in for Feishu knows. */
export interface FeishuWorld {
  readonly robot: { readonly id: string; readonly secret?: string; readonly keywords?: readonly string[] };
  readonly appId: string;
  readonly appSecret: string;
  /** Users and departments that do not exist. */
  readonly unknown: ReadonlySet<string>;
  /** Tokens that are good now; the token call adds one. */
  readonly tokens: Set<string>;
  readonly now: () => number;
}

const refused = (code: number, msg: string, status = 200): StandInAnswer => ({
  status,
  json: { code, msg, data: {} },
});

/**
 * Stands in for open.feishu.cn, after Feishu's documents: custom robots (`bot/v2/hook`), the tenant's access token and
 * batch messages (`message/v4/batch_send`) below `/open-apis`.
 */
export function feishuProvider(world: FeishuWorld): Provider {
  return (request, complain) => {
    switch (`${request.method} ${request.path}`) {
      case `POST /open-apis/bot/v2/hook/${world.robot.id}`:
        return robotSend(world, request, complain);
      case 'POST /open-apis/auth/v3/tenant_access_token/internal':
        return getToken(world, request);
      case 'POST /open-apis/message/v4/batch_send/':
        return batchSend(world, request, complain);
      default:
        return refused(19_001, 'param invalid: incoming webhook access token invalid', 404);
    }
  };
}

interface Sent {
  readonly timestamp?: string;
  readonly sign?: string;
  readonly msg_type?: string;
  readonly content?: { readonly text?: unknown; readonly post?: unknown };
  readonly user_ids?: readonly string[];
  readonly department_ids?: readonly string[];
}

function robotSend(
  { robot, now }: FeishuWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  if (Buffer.byteLength(request.text) > 20_000) complain('a request of more than 20 KB');
  const message = request.json as Sent;
  if (!isContent(message)) return refused(9499, 'Bad Request', 400);
  if (robot.secret !== undefined) {
    const key = `${message.timestamp ?? ''}\n${robot.secret}`;
    const fresh = Math.abs(Number(message.timestamp) * 1000 - now()) <= 3_600_000;
    if (!fresh || message.sign !== createHmac('sha256', key).digest('base64')) {
      return refused(19_021, 'sign match fail or timestamp is not within one hour from current time');
    }
  }
  if (robot.keywords && !robot.keywords.some((word) => request.text.includes(word))) {
    return refused(19_024, 'Key Words Not Found');
  }
  return {
    status: 200,
    json: { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' },
  };
}

function getToken({ appId, appSecret, tokens }: FeishuWorld, { json }: ReceivedRequest): StandInAnswer {
  const { app_id: id, app_secret: secret } = json as { app_id?: string; app_secret?: string };
  if (id !== appId) return refused(10_003, 'invalid app_id');
  if (secret !== appSecret) return refused(10_014, 'app secret invalid');
  const token = `feishu-token-${tokens.size + 1}`;
  tokens.add(token);
  return { status: 200, json: { code: 0, msg: 'ok', tenant_access_token: token, expire: 7200 } };
}

function batchSend(
  { tokens, unknown }: FeishuWorld,
  request: ReceivedRequest,
  complain: (what: string) => void,
): StandInAnswer {
  const token = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (!tokens.has(token)) return refused(99_991_663, 'Invalid access token for authorization', 400);
  if (Buffer.byteLength(request.text) > 30_000) complain('a request of more than 30 KB');
  const message = request.json as Sent;
  if (!isContent(message)) return refused(9499, 'Bad Request', 400);
  const { user_ids: users = [], department_ids: departments = [] } = message;
  if (users.length > 200 || departments.length > 200) complain('too many recipients at once');
  const data = {
    invalid_user_ids: users.filter((user) => unknown.has(user)),
    invalid_department_ids: departments.filter((department) => unknown.has(department)),
    message_id: 'bm-1',
  };
  return { status: 200, json: { code: 0, msg: 'ok', data } };
}

/** Text, or a rich text: languages with a title and paragraphs of elements. */
function isContent({ msg_type: type, content }: Sent): boolean {
  if (type === 'text') return typeof content?.text === 'string' && content.text !== '';
  const languages = Object.values(
    (content?.post ?? {}) as Record<string, { title?: unknown; content?: unknown }>,
  );
  return (
    type === 'post' &&
    languages.length > 0 &&
    languages.every(
      ({ title, content: paragraphs }) =>
        (title === undefined || typeof title === 'string') &&
        Array.isArray(paragraphs) &&
        (paragraphs as { tag?: unknown }[][]).every((paragraph) =>
          paragraph.every(({ tag }) => typeof tag === 'string'),
        ),
    )
  );
}
