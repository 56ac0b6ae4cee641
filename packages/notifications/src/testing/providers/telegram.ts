import { checkedObject } from './provider-check.ts';
import { StandIn } from './stand-in.ts';

/** Telegram's Bot API with one bot, `123:good`, whose group -1 became the supergroup -1001. */
export function startTelegram(): Promise<StandIn> {
  return StandIn.start((request, complain) => {
    const body = checkedObject(request, ['chat_id', 'text'], complain);
    if (!request.path.startsWith('/bot123:good/')) return refuse(401, 'Unauthorized');
    if (request.path !== '/bot123:good/sendMessage') return refuse(404, 'Not Found');
    const { chat_id: chat, text } = body;
    if (typeof chat !== 'string' && typeof chat !== 'number') complain('chat_id is no string and no number');
    if (typeof text !== 'string' || text.trim() === '')
      return refuse(400, 'Bad Request: message text is empty');
    if (text.length > 4096) return refuse(400, 'Bad Request: message is too long');
    if (chat === '-1') {
      const parameters = { migrate_to_chat_id: -1001 };
      return refuse(400, 'Bad Request: group chat was upgraded to a supergroup chat', parameters);
    }
    if (chat === '13') return refuse(403, 'Forbidden: bot was blocked by the user');
    if (!['-1001', '42', '@ops'].includes(String(chat))) return refuse(400, 'Bad Request: chat not found');
    return { status: 200, json: { ok: true, result: { message_id: 1, date: 0, chat: { id: 42 }, text } } };
  });
}

const refuse = (error_code: number, description: string, parameters?: object) => ({
  status: error_code,
  json: { ok: false, error_code, description, ...(parameters && { parameters }) },
});
