import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import { codedAnswer } from '../coded-answer.ts';
import type { CodedAnswer, CodedProvider, CodeMeaning } from '../coded-answer.ts';

const tokenRefused: CodeMeaning = { fault: 'token' };
const tooFast: CodeMeaning = { fault: 'rate', retryAfterMs: 1000 };
const wrongApplication: CodeMeaning = {
  fault: 'permanent',
  advice: 'check appID and appSecret of the Config',
};
const wrongContent: CodeMeaning = {
  fault: 'permanent',
  advice: 'the message is not formed as Feishu wants it: check the template and tmplType',
};

/** Feishu's codes: of robots, of batch messages and of the open platform in general. */
const meanings: ReadonlyMap<number, CodeMeaning> = new Map<number, CodeMeaning>([
  [10_003, wrongApplication],
  [10_012, wrongApplication],
  [10_014, wrongApplication],
  [11_232, tooFast],
  [11_233, tooFast],
  [230_020, tooFast],
  [99_991_400, tooFast],
  [99_991_661, tokenRefused],
  [99_991_663, tokenRefused],
  [99_991_664, tokenRefused],
  [99_991_671, tokenRefused],
  [99_991_401, { fault: 'permanent', advice: "add this address to the application's list of IP addresses" }],
  [99_991_672, { fault: 'permanent', advice: 'give the application the right to send messages' }],
  [11_205, { fault: 'permanent', advice: "switch on the application's robot" }],
  [11_246, wrongContent],
  [19_001, { fault: 'permanent', advice: 'the robot is gone: check chatbot.webhook' }],
  [19_002, wrongContent],
  [19_007, { fault: 'permanent', advice: 'the robot is switched off' }],
  [19_021, { fault: 'permanent', advice: "check chatbot.secret, and this machine's clock" }],
  [19_022, { fault: 'permanent', advice: "add this address to the robot's list of IP addresses" }],
  [19_024, { fault: 'permanent', advice: "chatbot.keywords must name one of the robot's keywords" }],
  [230_001, wrongContent],
  [230_002, { fault: 'permanent', advice: 'the robot is not in the group' }],
  [230_006, { fault: 'permanent', advice: "switch on the application's robot" }],
  [230_025, { fault: 'permanent', advice: 'the message is too long' }],
]);

const provider: CodedProvider = {
  name: 'Feishu',
  // The first robots answered StatusCode.
  codes: ['code', 'StatusCode'],
  words: 'msg',
  meaning(code, { msg }) {
    // One code for too many requests and for one that cannot be read.
    if (code === 9499) return /bad request/iu.test(String(msg)) ? wrongContent : tooFast;
    return meanings.get(code);
  },
  waitMs(_, headers) {
    const seconds = Number(headers['x-ogw-ratelimit-reset']);
    return seconds > 0 && seconds <= 86_400 ? seconds * 1000 : undefined;
  },
};

/**
 * The JSON of an answer of Feishu that reports success, whatever its HTTP status. Throws `DeliveryError` for every
 * other one.
 */
export function feishuAnswer(answer: OutgoingAnswer, now: number): CodedAnswer {
  return codedAnswer(answer, provider, now);
}
