import { characterCount, checkedObject } from './provider-check.ts';
import { StandIn } from './stand-in.ts';

/** Slack's Web API with one bot, `xoxb-good`, and the channel `ops` (and its id, `C024BE91L`). */
export function startSlack(): Promise<StandIn> {
  return StandIn.start((request, complain) => {
    const body = checkedObject(request, ['channel', 'text'], complain);
    if (request.path !== '/chat.postMessage') return refuse('unknown_method');
    // Slack warns of JSON whose charset is not said: missing_charset.
    if (!request.headers['content-type']?.includes('charset')) complain('missing_charset');
    if (request.headers.authorization !== 'Bearer xoxb-good') return refuse('invalid_auth');
    if (!['#ops', 'ops', 'C024BE91L'].includes(String(body['channel']))) return refuse('channel_not_found');
    if (typeof body['text'] !== 'string' || body['text'] === '') return refuse('no_text');
    const length = characterCount(body['text']);
    if (length > 4000) complain(`a text of ${length} characters`);
    return { status: 200, json: { ok: true, channel: 'C024BE91L', ts: '1503435956.000247' } };
  });
}

const refuse = (error: string) => ({ status: 200, json: { ok: false, error } });
