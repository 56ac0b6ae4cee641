import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { codedAnswer } from '../coded-answer.ts';
import type { CodedAnswer, CodedProvider, CodeMeaning } from '../coded-answer.ts';

const tokenRefused: CodeMeaning = { fault: 'token' };
const nobody: CodeMeaning = {
  fault: 'permanent',
  advice: 'none of toUser, toParty and toTag exists or may see the application',
};
const noRobot: CodeMeaning = {
  fault: 'permanent',
  advice: 'the robot is gone or stopped: check chatbot.webhook and the group',
};

/** WeCom's codes ("global error codes"). */
const meanings: ReadonlyMap<number, CodeMeaning> = new Map<number, CodeMeaning>([
  [-1, { fault: 'transient' }],
  [40_001, { fault: 'permanent', advice: 'check wechatApiSecret of the Config' }],
  [40_013, { fault: 'permanent', advice: 'check wechatApiCorpId of the Config' }],
  [40_014, tokenRefused],
  [42_001, tokenRefused],
  [40_056, { fault: 'permanent', advice: 'check wechatApiAgentId of the Config' }],
  [301_002, { fault: 'permanent', advice: 'check wechatApiAgentId of the Config' }],
  [40_058, { fault: 'permanent' }],
  [44_004, { fault: 'permanent', advice: 'the message is empty: check the template' }],
  [45_002, { fault: 'permanent', advice: 'lower messageMaxSize of the options' }],
  [45_009, { fault: 'rate', retryAfterMs: 60_000 }],
  [45_033, { fault: 'rate', retryAfterMs: 1000 }],
  [48_002, { fault: 'permanent', advice: 'give the application the right to send messages' }],
  [60_011, { fault: 'permanent', advice: 'give the application the right to see these recipients' }],
  [
    60_020,
    { fault: 'permanent', advice: "add this address to the application's list of trusted IP addresses" },
  ],
  [81_013, nobody],
  [82_001, nobody],
  [93_000, noRobot],
  [93_004, noRobot],
  [93_008, noRobot],
]);

const provider: CodedProvider = {
  name: 'WeCom',
  codes: ['errcode'],
  words: 'errmsg',
  meaning: (code) => meanings.get(code),
};

/** The JSON of an answer of WeCom that reports success. Throws `DeliveryError` for every other one. */
export function wechatAnswer(answer: OutgoingAnswer, now: number): CodedAnswer {
  return codedAnswer(answer, provider, now);
}
