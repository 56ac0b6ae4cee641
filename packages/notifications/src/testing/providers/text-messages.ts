import { createHash } from 'node:crypto';
import { isSigned } from './cloud-signature.ts';
import type { Provider, StandInAnswer } from './stand-in.ts';

/** The access key of every account of the stand-ins. */
export const accessKey = { id: 'key-id', secret: 'key secret' } as const;

/** Stands in for dysmsapi.aliyuncs.com: SendSms, version 2017-05-25. `longestVariable` as its template has it. */
export function aliyunProvider({ longestVariable = 500 } = {}): Provider {
  const refused = (Code: string, status = 200): StandInAnswer => ({
    status,
    json: { Code, Message: Code, RequestId: 'r' },
  });
  return (request, complain) => {
    const signed = [
      'host',
      'x-acs-action',
      'x-acs-content-sha256',
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-version',
    ];
    if (!isSigned(request, 'aliyun', accessKey, signed)) return refused('SignatureDoesNotMatch', 400);
    if (request.headers['x-acs-action'] !== 'SendSms' || request.headers['x-acs-version'] !== '2017-05-25') {
      complain('not SendSms of 2017-05-25');
    }
    if (!/^\d{8,15}$/u.test(request.query.get('PhoneNumbers') ?? ''))
      return refused('isv.MOBILE_NUMBER_ILLEGAL');
    if (request.query.get('SignName') !== 'Ops') return refused('isv.SMS_SIGNATURE_ILLEGAL');
    if (request.query.get('TemplateCode') !== 'SMS_1') return refused('isv.SMS_TEMPLATE_ILLEGAL');
    let values: { code?: unknown };
    try {
      values = JSON.parse(request.query.get('TemplateParam') ?? '') as typeof values;
    } catch {
      return refused('isv.INVALID_JSON_PARAM');
    }
    if (typeof values.code !== 'string') return refused('isv.TEMPLATE_MISSING_PARAMETERS');
    if (Array.from(values.code).length > longestVariable) return refused('isv.PARAM_LENGTH_LIMIT');
    return { status: 200, json: { Code: 'OK', Message: 'OK', BizId: 'b', RequestId: 'r' } };
  };
}

/** Stands in for sms.tencentcloudapi.com: SendSms, version 2021-01-11. `longestVariable` as its template has it. */
export function tencentProvider({ longestVariable = 500 } = {}): Provider {
  const refused = (Code: string): StandInAnswer => ({
    status: 200,
    json: { Response: { Error: { Code, Message: Code }, RequestId: 'r' } },
  });
  return (request, complain) => {
    if (!isSigned(request, 'tencent', accessKey, ['content-type', 'host']))
      return refused('AuthFailure.SignatureFailure');
    if (request.headers['x-tc-action'] !== 'SendSms' || request.headers['x-tc-version'] !== '2021-01-11') {
      complain('not SendSms of 2021-01-11');
    }
    if (!request.headers['x-tc-region']) return refused('MissingParameter');
    const body = request.json as {
      PhoneNumberSet?: string[];
      SmsSdkAppId?: string;
      SignName?: string;
      TemplateId?: string;
      TemplateParamSet?: string[];
    };
    const [number = ''] = body.PhoneNumberSet ?? [];
    if (!/^\+\d{8,15}$/u.test(number)) return refused('InvalidParameterValue.IncorrectPhoneNumber');
    if (body.SmsSdkAppId !== '1400000000') return refused('UnauthorizedOperation.SmsSdkAppIdVerifyFail');
    if (body.SignName !== 'Ops') return refused('FailedOperation.SignatureIncorrectOrUnapproved');
    if (body.TemplateId !== '11') return refused('FailedOperation.TemplateIncorrectOrUnapproved');
    const tooLong = Array.from(body.TemplateParamSet?.[0] ?? '').length > longestVariable;
    const Code = tooLong ? 'InvalidParameterValue.TemplateParameterLengthLimit' : 'Ok';
    const status = { SerialNo: 's', PhoneNumber: number, Fee: 1, Code, Message: 'said', IsoCode: 'CN' };
    return { status: 200, json: { Response: { SendStatusSet: [status], RequestId: 'r' } } };
  };
}

/** Stands in for Huawei Cloud's Message & SMS: batchSendSms. */
export function huaweiProvider(): Provider {
  const refused = (code: string, description = code): StandInAnswer => ({
    status: 200,
    json: { code, description },
  });
  return (request, complain) => {
    if (request.path !== '/sms/batchSendSms/v1') complain(`${request.path} is no call of Huawei`);
    if (request.headers.authorization !== 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"')
      return refused('E000001');
    const token = /^UsernameToken Username="(.*)",PasswordDigest="(.*)",Nonce="(\w+)",Created="(.*)"$/u.exec(
      String(request.headers['x-wsse']),
    );
    const [, name, digest, nonce = '', created = ''] = token ?? [];
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u.test(created)) complain('Created is no time in UTC');
    const hex = createHash('sha256')
      .update(nonce + created + accessKey.secret)
      .digest('hex');
    if (name !== accessKey.id || digest !== Buffer.from(hex).toString('base64')) return refused('E000101');
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded')
      complain('the body is no form');
    const form = new URLSearchParams(request.text);
    const to = form.get('to') ?? '';
    if (!/^\+\d{8,15}$/u.test(to)) return refused('E000503');
    if (form.get('from') !== 'csms1' || form.get('templateId') !== 't1' || form.get('signature') !== 'Ops') {
      return refused('E000503');
    }
    const values = JSON.parse(form.get('templateParas') ?? '') as string[];
    const status = values.some((value) => Array.from(value).length > 20) ? 'E200028' : '000000';
    const result = [{ originTo: to, createTime: created, from: 'csms1', smsMsgId: 'm', status }];
    const failed = status !== '000000';
    return {
      status: 200,
      json: { result, code: failed ? 'E000510' : '000000', description: failed ? 'failed' : 'Success' },
    };
  };
}

/** Stands in for Amazon SNS: Publish of the query API, version 2010-03-31. */
export function awsProvider(): Provider {
  return (request, complain) => {
    if (!isSigned(request, 'aws', accessKey, ['content-type', 'host', 'x-amz-date'])) {
      return snsError('SignatureDoesNotMatch', 403);
    }
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      complain('the body is no form');
    const form = new URLSearchParams(request.text);
    if (form.get('Action') !== 'Publish' || form.get('Version') !== '2010-03-31')
      complain('not Publish of 2010-03-31');
    if (!/^\+[1-9]\d{4,14}$/u.test(form.get('PhoneNumber') ?? '')) return snsError('InvalidParameter', 400);
    const length = Array.from(form.get('Message') ?? '').length;
    if (length === 0 || length > 1600) return snsError('InvalidParameter', 400);
    const result = '<PublishResult><MessageId>567910cd-659e-55d4</MessageId></PublishResult>';
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      text: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>`,
    };
  };
}

/** An error as the query API of SNS answers it. */
export function snsError(code: string, status: number): StandInAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>said</Message></Error>`;
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    text: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${error}<RequestId>r</RequestId></ErrorResponse>`,
  };
}
