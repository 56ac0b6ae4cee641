import { expect, test } from 'vitest';
import { acs3Authorization } from './acs3.ts';
import { canonicalQuery, sha256Hex } from './canonical-request.ts';
import { awsTime, sigv4Authorization } from './sigv4.ts';
import { tc3Authorization } from './tc3.ts';
import { wsseHeader } from './wsse.ts';

const awsKey = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};

test('AWS: the example of the documents, IAM ListUsers', () => {
  const request = {
    method: 'GET',
    url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
    },
    body: '',
  } as const;
  expect(sigv4Authorization(request, { ...awsKey, service: 'iam' })).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  );
});

test('AWS: a form that is posted, of the published test suite', () => {
  const request = {
    method: 'POST',
    url: new URL('https://example.amazonaws.com/'),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
    },
    body: 'Param1=value1',
  } as const;
  expect(sigv4Authorization(request, { ...awsKey, service: 'service' })).toContain(
    'Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  );
});

test('Tencent Cloud: the example of the documents, DescribeInstances', () => {
  const request = {
    method: 'POST',
    url: new URL('https://cvm.tencentcloudapi.com/'),
    headers: { 'content-type': 'application/json; charset=utf-8', host: 'cvm.tencentcloudapi.com' },
    body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
  } as const;
  const key = {
    secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
    secretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
    service: 'cvm',
  };
  expect(tc3Authorization(request, key, 1_551_113_065)).toBe(
    'TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168',
  );
});

test('Alibaba Cloud: the example of the documents, RunInstances', () => {
  const query = 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai';
  const request = {
    method: 'POST',
    url: new URL(`https://ecs.cn-shanghai.aliyuncs.com/?${query}`),
    headers: {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-content-sha256': sha256Hex(''),
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-version': '2014-05-26',
    },
    body: '',
  } as const;
  const key = { accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret' };
  expect(acs3Authorization(request, key)).toBe(
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  );
});

test('Huawei Cloud: the digest of the documents, computed elsewhere', () => {
  const now = Date.UTC(2018, 1, 12, 15, 30, 20, 999);
  expect(
    wsseHeader({ appKey: 'key', appSecret: 'secret', nonce: 'd36024d8d20a41e6aa44b09b4a5e7a1d', now }),
  ).toBe(
    'UsernameToken Username="key",PasswordDigest="MDQyOGZjZWY5MDM2MzIxZDZlODZiNjM2OTBhMjRhZTgwYTJmMzAxMmQ3ZDBhNDFmMWMwMTU4ZjJmYjc2NGNjMQ==",Nonce="d36024d8d20a41e6aa44b09b4a5e7a1d",Created="2018-02-12T15:30:20Z"',
  );
});

test('parameters are sorted, and encoded as RFC 3986 has it', () => {
  expect(
    canonicalQuery([
      ['b', "a b*!'()~/"],
      ['a', '值'],
    ]),
  ).toBe('a=%E5%80%BC&b=a%20b%2A%21%27%28%29~%2F');
});

test('AWS writes times without signs between', () => {
  expect(awsTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('20260102T030405Z');
});
