import { randomUUID } from 'node:crypto';
import type { Alert } from '../../alerts/alert.ts';
import type { OutgoingAnswer } from '../../outgoing/outgoing-http.ts';
import type { ConfigChannelSpec } from '../receiver.ts';
import { characters } from '../../splitting/measure.ts';
import { unreadableAnswer } from '../coded-answer.ts';
import type { CodeMeaning } from '../coded-answer.ts';
import { jsonObject, sendRequest } from '../http-outcome.ts';
import { shortened } from '../shortened.ts';
import { chineseUnlessTold } from './phone-number.ts';
import { wsseHeader } from './signing/wsse.ts';
import { smsFailure, waits } from './sms-codes.ts';
import type { SmsCodes } from './sms-codes.ts';
import { defaultTemplate, smsTemplate } from './sms-sender.ts';
import type { SmsBody, SmsSender } from './sms-sender.ts';

type HuaweiAccount = NonNullable<ConfigChannelSpec<'sms'>['providers']['huawei']>;

const provider = 'Huawei Cloud SMS';
const sendPath = 'batchSendSms/v1';
const defaultBase = 'https://rtcsms.cn-north-1.myhuaweicloud.com:10743/sms/';

/** Most characters of one variable of a template. */
const longestValue = 20;

/** The variables of the Config's template, in their order, as upstream documents them. */
const variables = [
  'alertname',
  'severity',
  'message',
  'summary',
  'alerttype',
  'cluster',
  'node',
  'namespace',
  'workload',
  'pod',
] as const;

const account: CodeMeaning = { fault: 'permanent', advice: 'check appKey and appSecret of the Config' };

/** The codes of the batch SMS sending API. */
const codes: SmsCodes = [
  ['E000110', { fault: 'transient', advice: "check this machine's clock" }],
  ['E00000*', { fault: 'transient' }],
  ['E0001*', account],
  ['E000503', { fault: 'permanent', advice: 'check sender, templateId and signature of the Config' }],
  ['E000620', { fault: 'permanent', advice: 'check sender of the Config' }],
  ['E000623', { fault: 'rate', retryAfterMs: waits.day }],
  ['E200015', { fault: 'rate', retryAfterMs: waits.day }],
  [
    'E200028',
    { fault: 'permanent', advice: `the template must have these variables: ${variables.join(', ')}` },
  ],
  ['E200029', { fault: 'permanent', advice: 'check templateId of the Config' }],
  ['E200030', { fault: 'permanent', advice: 'the template is not in use' }],
  ['E200031', { fault: 'permanent' }],
  ['E200033', { fault: 'permanent', advice: 'check templateId of the Config' }],
];

/**
 * Huawei Cloud's Message & SMS, batchSendSms: one message per alert, because the template has ten variables that
 * describe one. With a message template of the user's own its text is the only variable. Long values are cut, and end
 * with `…` then.
 */
export function huaweiSender(config: HuaweiAccount): SmsSender {
  return {
    messages(notice, context) {
      const template = smsTemplate(notice, context);
      return notice.alerts.map((alert) => ({
        alerts: 1,
        body:
          template === defaultTemplate
            ? alertValues(alert)
            : cutValues([['text', context.render(template, [alert])]]),
      }));
    },
    async send(body, phoneNumber, context) {
      const appKey = await context.credential(config.appKey);
      const appSecret = await context.credential(config.appSecret);
      const form = new URLSearchParams({
        from: config.sender,
        to: chineseUnlessTold(phoneNumber),
        templateId: config.templateId,
        templateParas: JSON.stringify(body.values),
        signature: config.signature,
        statusCallback: '',
      });
      const nonce = randomUUID().replaceAll('-', '');
      const answer = await sendRequest(context, provider, {
        method: 'POST',
        url: sendAddress(config.url || context.apiUrl),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"',
          'x-wsse': wsseHeader({ appKey, appSecret, nonce, now: context.clock.now() }),
        },
        body: form.toString(),
      });
      checkAnswer(answer, context.clock.now());
      return body.note;
    },
  };
}

/** The whole address, or the base of the API: both were good in some version of upstream. */
function sendAddress(configured = defaultBase): string {
  const url = URL.parse(configured) ?? new URL(defaultBase);
  if (url.pathname.endsWith(`/${sendPath}`)) return url.href;
  const base = url.pathname === '/' ? '/sms/' : url.pathname.replace(/\/*$/u, '/');
  url.pathname = `${base}${sendPath}`;
  return url.href;
}

function alertValues({ labels, annotations }: Alert): SmsBody {
  const workload = labels['deployment'] ?? labels['statefulset'] ?? labels['daemonset'];
  const found: Readonly<Record<string, string | undefined>> = { workload, ...annotations, ...labels };
  return cutValues(variables.map((name) => [name, found[name] ?? '']));
}

function cutValues(named: readonly (readonly [name: string, value: string])[]): SmsBody {
  const values = named.map(([, value]) => shortened(value, longestValue, characters));
  const cut = named.filter((_, index) => values[index]?.endsWith('…')).map(([name]) => name);
  if (cut.length === 0) return { values };
  return {
    values,
    note: `shortened to ${longestValue} characters, as ${provider} demands: ${cut.join(', ')}`,
  };
}

/** A code for all, and a status for each number; there is one. */
function checkAnswer(answer: OutgoingAnswer, now: number): void {
  const json = jsonObject(answer);
  const code = json?.['code'];
  if (!json || typeof code !== 'string') {
    throw unreadableAnswer(answer, provider, now);
  }
  const { result } = json;
  const status = Array.isArray(result) ? (result as ({ status?: unknown } | null)[])[0]?.status : undefined;
  const failed = [status, code].find((one) => typeof one === 'string' && one !== '000000');
  if (typeof failed === 'string') throw smsFailure(provider, codes, failed, json['description']);
}
