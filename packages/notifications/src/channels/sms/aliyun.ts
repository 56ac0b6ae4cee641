import { randomUUID } from 'node:crypto';
import type { ConfigChannelSpec } from '../receiver.ts';
import type { ChannelContext } from '../channel.ts';
import { unreadableAnswer } from '../coded-answer.ts';
import type { CodeMeaning } from '../coded-answer.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { jsonObject, sendRequest } from '../http-outcome.ts';
import { aliyunNumber } from './phone-number.ts';
import { acs3Authorization } from './signing/acs3.ts';
import { canonicalQuery, sha256Hex } from './signing/canonical-request.ts';
import { smsFailure, waits } from './sms-codes.ts';
import type { SmsCodes } from './sms-codes.ts';
import { templateSender } from './sms-sender.ts';
import type { SmsSender } from './sms-sender.ts';

type AliyunAccount = NonNullable<ConfigChannelSpec<'sms'>['providers']['aliyun']>;

const provider = 'Alibaba Cloud SMS';
/** A message has at most 500 characters; the signature and the template's own words take some of them. */
const longestValue = 450;
/** What a variable may have where the template limits it. */
const limitedValue = 35;
const lengthRefused = 'isv.PARAM_LENGTH_LIMIT';

const permanent: CodeMeaning = { fault: 'permanent' };
const account: CodeMeaning = {
  fault: 'permanent',
  advice: 'check accessKeyId and accessKeySecret of the Config',
};
const template: CodeMeaning = {
  fault: 'permanent',
  advice: 'check templateCode of the Config: the template must have one variable, code',
};

/** The codes of SendSms, and those of all of Alibaba Cloud's APIs. */
const codes: SmsCodes = [
  ['isv.DAY_LIMIT_CONTROL', { fault: 'rate', retryAfterMs: waits.day }],
  ['Throttling*', { fault: 'rate', retryAfterMs: waits.second }],
  ['isv.AMOUNT_NOT_ENOUGH', { fault: 'transient', advice: 'top up the account' }],
  ['isv.OUT_OF_SERVICE', { fault: 'transient', advice: 'top up the account' }],
  ['isv.MOBILE_NUMBER_ILLEGAL', { fault: 'permanent', advice: 'check the phone number' }],
  ['isv.DOMESTIC_NUMBER_NOT_SUPPORTED', template],
  ['isv.SMS_SIGNATURE*', { fault: 'permanent', advice: 'check signName of the Config' }],
  ['isv.SMS_TEMPLATE_ILLEGAL', template],
  ['isv.TEMPLATE_MISSING_PARAMETERS', template],
  ['isv.TEMPLATE_PARAMS_ILLEGAL', template],
  [
    'isv.PARAM_NOT_SUPPORT_URL',
    { fault: 'permanent', advice: 'leave addresses out of the message template' },
  ],
  ['isv.BLACK_KEY_CONTROL_LIMIT', { fault: 'permanent', advice: 'the text has a word that is not allowed' }],
  [lengthRefused, { fault: 'permanent', advice: 'make the message template shorter' }],
  ['isv.INVALID_PARAMETERS', permanent],
  ['isv.INVALID_JSON_PARAM', permanent],
  ['isv.PRODUCT_UN*', permanent],
  ['isv.ACCOUNT_*', permanent],
  ['isv.DENY_IP_RANGE', permanent],
  ['isp.RAM_PERMISSION_DENY', { fault: 'permanent', advice: 'give the access key the right dysms:SendSms' }],
  ['Forbidden*', account],
  ['InvalidAccessKeyId*', account],
  ['SignatureDoesNotMatch', account],
  ['IncompleteSignature', account],
  ['InvalidTimeStamp*', { fault: 'transient', advice: "check this machine's clock" }],
];

/**
 * Alibaba Cloud's SendSms (version 2017-05-25): the text is the variable `code` of the Config's template. A template
 * that limits the length of its variables gets a shortened text.
 */
export function aliyunSender(config: AliyunAccount): SmsSender {
  const call = async (text: string, phoneNumber: string, context: ChannelContext): Promise<void> => {
    const key = {
      accessKeyId: await context.credential(config.accessKeyId),
      accessKeySecret: await context.credential(config.accessKeySecret),
    };
    const url = new URL(`${context.apiUrl ?? 'https://dysmsapi.aliyuncs.com'}/`);
    url.search = canonicalQuery([
      ['PhoneNumbers', aliyunNumber(phoneNumber)],
      ['SignName', config.signName],
      ['TemplateCode', config.templateCode ?? ''],
      ['TemplateParam', JSON.stringify({ code: text })],
    ]);
    const headers = {
      host: url.host,
      'x-acs-action': 'SendSms',
      'x-acs-content-sha256': sha256Hex(''),
      'x-acs-date': `${new Date(context.clock.now()).toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-version': '2017-05-25',
    };
    const authorization = acs3Authorization({ method: 'POST', url, headers, body: '' }, key);
    const answer = await sendRequest(context, provider, {
      method: 'POST',
      url: url.href,
      headers: { ...headers, authorization },
    });
    const json = jsonObject(answer);
    const code = json?.['Code'];
    if (!json || typeof code !== 'string') {
      throw unreadableAnswer(answer, provider, context.clock.now());
    }
    if (code === 'isv.BUSINESS_LIMIT_CONTROL') throw limitFailure(json['Message']);
    if (code !== 'OK') throw smsFailure(provider, codes, code, json['Message']);
  };

  return templateSender({
    longest: longestValue,
    refusal: { code: lengthRefused, most: limitedValue },
    call,
  });
}

/** The words say which of a number's limits was met: of the minute, the hour or the day. */
function limitFailure(words: unknown): DeliveryError {
  const text = String(words);
  const wait = text.includes('天') ? waits.day : text.includes('小时') ? waits.hour : waits.minute;
  const limit: CodeMeaning = { fault: 'rate', retryAfterMs: wait };
  return smsFailure(provider, [['*', limit]], 'isv.BUSINESS_LIMIT_CONTROL', words);
}
