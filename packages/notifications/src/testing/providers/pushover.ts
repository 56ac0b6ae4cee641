import { characterCount, checkedObject } from './provider-check.ts';
import { StandIn } from './stand-in.ts';

/** The application and the user that {@link startPushover} knows. */
export const pushoverToken = 'azGDORePK8gMaC0QOYAMyEEuzJnyUi';
export const pushoverUser = 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG';

const members = ['token', 'user', 'message', 'title', 'device', 'sound'];

/** Pushover's API of messages: at most 1,024 characters, a title of 250. */
export function startPushover(): Promise<StandIn> {
  return StandIn.start((request, complain) => {
    const body = checkedObject(request, members, complain);
    if (request.path !== '/1/messages.json') return { status: 404, json: { status: 0 } };
    if (body['token'] !== pushoverToken) return refuse({ token: 'invalid' }, 'application token is invalid');
    if (body['user'] !== pushoverUser) return refuse({ user: 'invalid' }, 'user key is invalid');
    const { message, title = '', device = '', sound } = body;
    if (typeof message !== 'string' || message === '') return refuse({}, 'message cannot be blank');
    if (characterCount(message) > 1024) return refuse({}, 'message is too long');
    if (typeof title !== 'string' || characterCount(title) > 250) return refuse({}, 'title is too long');
    if (!/^(?:[\w-]{1,25}(?:,[\w-]{1,25})*)?$/u.test(String(device)))
      return refuse({}, 'device name is invalid');
    if (sound !== undefined && typeof sound !== 'string') complain('sound is no string');
    return {
      status: 200,
      headers: {
        'x-limit-app-limit': '10000',
        'x-limit-app-remaining': '7496',
        'x-limit-app-reset': '1771948800',
      },
      json: { status: 1, request: '647d2300-702c-4b38-8b2f-d56326ae460b' },
    };
  });
}

const refuse = (marks: object, error: string) => ({
  status: 400,
  json: { ...marks, errors: [error], status: 0, request: '5042853c-402d-4a18-abcb-168734a801de' },
});
