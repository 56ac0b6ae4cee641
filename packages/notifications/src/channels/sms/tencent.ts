import type { ConfigChannelSpec } from '../receiver.ts';
import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import type { ChannelContext } from '../channel.ts';
import { unreadableAnswer } from '../coded-answer.ts';
import type { CodeMeaning } from '../coded-answer.ts';
import { jsonObject, sendRequest } from '../http-outcome.ts';
import { chineseUnlessTold } from './phone-number.ts';
import { tc3Authorization } from './signing/tc3.ts';
import { smsFailure, waits } from './sms-codes.ts';
import type { SmsCodes } from './sms-codes.ts';
import { templateSender } from './sms-sender.ts';
import type { SmsSender } from './sms-sender.ts';

type TencentAccount = NonNullable<ConfigChannelSpec<'sms'>['providers']['tencent']>;

const provider = 'Tencent Cloud SMS';
/** A message has at most 500 characters; the signature and the template's own words take some of them. */
const longestValue = 450;
/** What a variable may have in the templates of private persons. */
const limitedValue = 12;
const lengthRefused = 'InvalidParameterValue.TemplateParameterLengthLimit';

const permanent: CodeMeaning = { fault: 'permanent' };
const rate = (retryAfterMs: number): CodeMeaning => ({ fault: 'rate', retryAfterMs });

/** The codes of SendSms, and those of all of Tencent Cloud's APIs 3.0. */
const codes: SmsCodes = [
  ['LimitExceeded.PhoneNumberThirtySecondLimit', rate(30_000)],
  ['LimitExceeded.PhoneNumberOneHourLimit', rate(waits.hour)],
  ['LimitExceeded.PhoneNumber*', rate(waits.day)],
  ['LimitExceeded.App*', rate(waits.day)],
  ['LimitExceeded*', rate(waits.minute)],
  ['RequestLimitExceeded*', rate(waits.second)],
  ['FailedOperation.InsufficientBalanceInSmsPackage', { fault: 'transient', advice: 'buy more messages' }],
  [
    'FailedOperation.SignatureIncorrectOrUnapproved',
    { fault: 'permanent', advice: 'check sign of the Config' },
  ],
  [
    'FailedOperation.Template*',
    { fault: 'permanent', advice: 'check templateID of the Config: the template must have one variable' },
  ],
  ['FailedOperation.*', permanent],
  ['InvalidParameter*', permanent],
  ['MissingParameter*', permanent],
  [
    'UnauthorizedOperation*',
    { fault: 'permanent', advice: 'check the rights of the account, and smsSdkAppid' },
  ],
  ['UnsupportedOperation*', permanent],
  ['AuthFailure.SignatureExpire', { fault: 'transient', advice: "check this machine's clock" }],
  ['AuthFailure*', { fault: 'permanent', advice: 'check secretId and secretKey of the Config' }],
];

/**
 * Tencent Cloud's SendSms (version 2021-01-11): the text is the only variable of the Config's template. A template that
 * limits the length of its variables gets a shortened text.
 */
export function tencentSender(config: TencentAccount): SmsSender {
  const call = async (text: string, phoneNumber: string, context: ChannelContext): Promise<void> => {
    const key = {
      secretId: await context.credential(config.secretId),
      secretKey: await context.credential(config.secretKey),
      service: 'sms',
    };
    const url = new URL(`${context.apiUrl ?? 'https://sms.tencentcloudapi.com'}/`);
    const body = JSON.stringify({
      PhoneNumberSet: [chineseUnlessTold(phoneNumber)],
      SmsSdkAppId: config.smsSdkAppid,
      SignName: config.sign,
      TemplateId: config.templateID,
      TemplateParamSet: [text],
    });
    const timestamp = Math.floor(context.clock.now() / 1000);
    const signed = {
      'content-type': 'application/json; charset=utf-8',
      host: url.host,
      'x-tc-action': 'SendSms',
    };
    const answer = await sendRequest(context, provider, {
      method: 'POST',
      url: url.href,
      headers: {
        ...signed,
        'x-tc-version': '2021-01-11',
        'x-tc-region': 'ap-guangzhou',
        'x-tc-timestamp': String(timestamp),
        authorization: tc3Authorization({ method: 'POST', url, headers: signed, body }, key, timestamp),
      },
      body,
    });
    checkAnswer(answer, context.clock.now());
  };

  return templateSender({
    longest: longestValue,
    refusal: { code: lengthRefused, most: limitedValue },
    call,
  });
}

/** Success is said per number; an error of the whole request takes its place. */
function checkAnswer(answer: OutgoingAnswer, now: number): void {
  const response = jsonObject(answer)?.['Response'] as TencentResponse | null | undefined;
  const status = response?.Error ?? response?.SendStatusSet?.[0];
  if (typeof status?.Code !== 'string') {
    throw unreadableAnswer(answer, provider, now);
  }
  if (response?.Error !== undefined || status.Code.toLowerCase() !== 'ok') {
    throw smsFailure(provider, codes, status.Code, status.Message);
  }
}

/** What is looked at; nothing of it is sure to be there. */
interface TencentResponse {
  readonly Error?: TencentStatus;
  readonly SendStatusSet?: readonly TencentStatus[];
}

interface TencentStatus {
  readonly Code?: unknown;
  readonly Message?: unknown;
}
