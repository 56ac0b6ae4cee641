import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import type { ConfigChannelSpec } from '../receiver.ts';
import { unreadableAnswer } from '../coded-answer.ts';
import type { CodeMeaning } from '../coded-answer.ts';
import { DeliveryError } from '../../delivery-error.ts';
import { sendRequest } from '../http-outcome.ts';
import { internationalNumber } from './phone-number.ts';
import { canonicalQuery } from './signing/canonical-request.ts';
import { awsTime, sigv4Authorization } from './signing/sigv4.ts';
import { smsFailure, waits } from './sms-codes.ts';
import type { SmsCodes } from './sms-codes.ts';
import { textMessages } from './sms-sender.ts';
import type { SmsSender } from './sms-sender.ts';

type AwsAccount = NonNullable<ConfigChannelSpec<'sms'>['providers']['aws']>;

const provider = 'Amazon SNS';
/** SNS sends a text in as many messages as it needs, but takes no more than this. */
const longestText = 1600;

const account: CodeMeaning = {
  fault: 'permanent',
  advice: 'check accessKeyId and secretAccessKey of the Config',
};
const throttled: CodeMeaning = { fault: 'rate', retryAfterMs: waits.second };

/** The codes of Publish, and those of all query APIs of AWS. */
const codes: SmsCodes = [
  ['Throttl*', throttled],
  ['RequestLimitExceeded', throttled],
  ['KMSThrottling*', throttled],
  ['AuthorizationError*', { fault: 'permanent', advice: 'give the access key the right sns:Publish' }],
  ['AccessDenied*', { fault: 'permanent', advice: 'give the access key the right sns:Publish' }],
  ['InvalidClientTokenId', account],
  ['SignatureDoesNotMatch', account],
  ['IncompleteSignature', account],
  ['MissingAuthenticationToken', account],
  ['OptInRequired', account],
  ['OptedOut*', { fault: 'permanent', advice: 'the owner of this number wants no messages' }],
  ['EndpointDisabled*', { fault: 'permanent' }],
  ['InvalidParameter*', { fault: 'permanent' }],
  ['MissingParameter', { fault: 'permanent' }],
  ['ValidationError', { fault: 'permanent' }],
  ['UserError*', { fault: 'permanent' }],
];

/** Amazon SNS, Publish (version 2010-03-31): one call per number. */
export function awsSender(config: AwsAccount): SmsSender {
  return {
    messages: (notice, context) => textMessages(notice, context, longestText),
    async send({ values: [text = ''] }, phoneNumber, context) {
      const { region } = config;
      if (!region || !/^[a-z0-9-]+$/u.test(region)) {
        throw new DeliveryError(
          'permanent',
          'sms.providers.aws.region of the Config must name a region, as us-east-1',
        );
      }
      const key = {
        accessKeyId: await context.credential(config.accessKeyId),
        secretAccessKey: await context.credential(config.secretAccessKey),
        region,
        service: 'sns',
      };
      const url = new URL(`${context.apiUrl ?? `https://sns.${region}.amazonaws.com`}/`);
      const body = canonicalQuery([
        ['Action', 'Publish'],
        ['Version', '2010-03-31'],
        ['PhoneNumber', internationalNumber(phoneNumber)],
        ['Message', text],
      ]);
      const headers = {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: url.host,
        'x-amz-date': awsTime(context.clock.now()),
      };
      const authorization = sigv4Authorization({ method: 'POST', url, headers, body }, key);
      const answer = await sendRequest(context, provider, {
        method: 'POST',
        url: url.href,
        headers: { ...headers, authorization },
        body,
      });
      checkAnswer(answer, context.clock.now());
      return undefined;
    },
  };
}

/** Answers are XML: success names the message, an error its code. */
function checkAnswer(answer: OutgoingAnswer, now: number): void {
  const xml = new TextDecoder().decode(answer.body);
  const code = /<Code>([^<]{1,200})<\/Code>/u.exec(xml)?.[1];
  if (code !== undefined) {
    throw smsFailure(provider, codes, code, /<Message>([^<]*)<\/Message>/u.exec(xml)?.[1]);
  }
  if (answer.status !== 200 || !/<MessageId>[^<]+<\/MessageId>/u.test(xml)) {
    throw unreadableAnswer(answer, provider, now);
  }
}
