import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { codedAnswer } from '../coded-answer.ts';
import type { CodedAnswer, CodedProvider, CodeMeaning } from '../coded-answer.ts';

/** A robot that sends more than it may is blocked for this long (DingTalk: custom robots). */
const robotBlockedMs = 600_000;

const contentRefused: CodeMeaning = {
  fault: 'permanent',
  advice: 'DingTalk does not take this content: change the template',
};
const tooFast: CodeMeaning = { fault: 'rate', retryAfterMs: robotBlockedMs };
const tokenRefused: CodeMeaning = { fault: 'token' };
const noRobot: CodeMeaning = {
  fault: 'permanent',
  advice: 'the robot is gone or stopped: check chatbot.webhook and the group',
};
const noChat: CodeMeaning = { fault: 'permanent', advice: 'check conversation.chatids' };
const wrongKey: CodeMeaning = { fault: 'permanent', advice: 'check appkey and appsecret of the Config' };
const tooLong: CodeMeaning = {
  fault: 'permanent',
  advice: 'lower chatbotMessageMaxSize or conversationMessageMaxSize of the options',
};

/** DingTalk's codes, of robots and of the server API ("global error codes"). */
const meanings: ReadonlyMap<number, CodeMeaning> = new Map<number, CodeMeaning>([
  [-1, { fault: 'transient' }],
  [34_001, noChat],
  [34_013, noChat],
  [34_015, { fault: 'transient' }],
  [34_016, tooLong],
  [40_001, tokenRefused],
  [40_014, tokenRefused],
  [42_001, tokenRefused],
  [40_035, { fault: 'permanent' }],
  [40_089, wrongKey],
  [60_011, { fault: 'permanent', advice: 'give the application the right to send messages' }],
  [60_020, { fault: 'permanent', advice: "add this address to the application's list of IP addresses" }],
  [90_030, tooFast],
  [130_101, tooFast],
  [410_100, tooFast],
  [101_002, tooLong],
  [460_101, tooLong],
  [300_001, noRobot],
  [400_013, noRobot],
  [400_101, noRobot],
  [400_102, noRobot],
  [400_106, noRobot],
  [400_105, { fault: 'permanent' }],
  [430_101, contentRefused],
  [430_102, contentRefused],
  [430_103, contentRefused],
  [430_104, contentRefused],
  [
    310_000,
    {
      fault: 'permanent',
      advice:
        "compare chatbot.secret, chatbot.keywords and the list of IP addresses with the robot's security settings",
    },
  ],
]);

const provider: CodedProvider = {
  name: 'DingTalk',
  // A robot under DingTalk's flood protection answers `status`, `punish` and `wait` instead of a code.
  codes: ['errcode', 'status'],
  words: 'errmsg',
  meaning(code, answer) {
    if (code === 88) return meanings.get(Number(answer['sub_code']));
    if (code > 90_000 && code <= 90_020) return { fault: 'rate', retryAfterMs: 60_000 };
    return answer['punish'] === undefined ? meanings.get(code) : tooFast;
  },
  waitMs: ({ wait }) => (typeof wait === 'number' && wait >= 0 && wait <= 86_400 ? wait * 1000 : undefined),
};

/** The JSON of an answer of DingTalk that reports success. Throws `DeliveryError` for every other one. */
export function dingtalkAnswer(answer: OutgoingAnswer, now: number): CodedAnswer {
  return codedAnswer(answer, provider, now);
}
